import type { EventType } from '@posthorn/model'
import { checkStep } from '../../checks/rules.ts'
import type { ApplicationEntry, EndpointEntry } from '../../directory/entries.ts'
import type { Probe } from '../../transport/transport.ts'
import type { ResourceParts } from '../parts.ts'
import { exampleParams, sendTrial, type MockResult } from './trial.ts'

/** What a pre-flight found, and what became of the test message; `null`: it was not sent, since nothing would come of it. */
export interface TestResult {
  /** Everything that was looked at is in order, and the receiver took the message. */
  readonly ok: boolean
  readonly probe: Probe
  readonly message: (MockResult & { readonly eventType: string }) | null
}

/** What is sent when nothing says what a test message is. */
const plainTest = { eventType: 'test', payload: '{"test":true,"message":"This is a test of your webhook endpoint."}' }

/** Checks an address as deliveries meet it, and then sends the vendor's test message. */
export async function preflight(
  parts: ResourceParts,
  owner: ApplicationEntry,
  entry: EndpointEntry,
): Promise<TestResult> {
  checkStep(owner.preset, owner.application, 'configure')
  const { timeoutSeconds, httpsOnly } = entry.policy
  const probe = await parts.transport.probe(entry.endpoint.url, { timeoutMs: timeoutSeconds * 1000, httpsOnly })
  const reached = probe.steps.every(({ ok }) => ok !== false)
  if (!reached) return { ok: false, probe, message: null }
  const { eventType, payload } = testMessage(owner, parts.directory.eventTypes(owner.application.org))
  const params = exampleParams(entry, owner, eventType)
  const sent = await sendTrial(parts, entry, owner, { eventType, payload, params, platform: null })
  return { ok: sent.outcome.kind === 'accepted', probe, message: { ...sent, eventType } }
}

/** The vendor's test message, or the first sample that there is. */
function testMessage(
  { preset }: ApplicationEntry,
  types: readonly EventType[],
): { readonly eventType: string; readonly payload: string } {
  if (!preset) return plainTest
  const named = preset.test?.eventType
  const type = preset.eventTypes.find(({ name, sample }) => (named === undefined ? sample !== null : name === named))
  const payload = preset.test?.payload ?? type?.sample
  if (!payload) return plainTest
  const eventType = named ?? type!.name
  // The organisation may have written a better sample.
  const own = preset.test?.payload ? null : types.find(({ name }) => name === eventType)?.sample
  return { eventType, payload: own ?? JSON.stringify(payload) }
}
