import type { JsonAt } from './json-at.ts'
import type { PresetEventType, TestMessage } from '../preset.ts'

/** What `test` sends: its own payload, or a sample, which must exist. */
export function parseTest(json: JsonAt, eventTypes: readonly PresetEventType[]): TestMessage | null {
  if (json.value === null) return null
  const test = json.object(['eventType', 'payload'])
  const [eventType, payload] = [test.get('eventType'), test.get('payload').or(null)]
  const name = eventType.text()
  const type = eventTypes.find((one) => one.name === name)
  if (name !== '' && type === undefined) eventType.refuse(`"${name}" is not one of eventTypes`)
  if (payload.value !== null) return { eventType: name, payload: payload.anyObject() }
  if (type?.sample === null) eventType.refuse(`"${name}" has no sample; give it one, or a test.payload`)
  return { eventType: name, payload: null }
}
