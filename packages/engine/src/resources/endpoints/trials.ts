import { randomUUID } from 'node:crypto'
import { draft } from '../../pipeline/accept.ts'
import { checkTargets } from '../../pipeline/check-targets.ts'
import { deliver } from '../../pipeline/deliver.ts'
import type { ApplicationEntry, EndpointEntry } from '../../directory/entries.ts'
import type { Engine, MockInput, MockResult } from '../../engine.ts'
import { EngineError } from '../../errors.ts'
import type { EventType } from '../../model.ts'
import { carriesClaim } from '../../directory/carries-claim.ts'
import { liveMessage } from '../../encoding/live-message.ts'
import { shownHeaders } from '../../log/redact.ts'
import { checkAgainstSchema } from '@posthorn/preset'
import type { ResourceParts } from '../parts.ts'

/** What is sent when nothing says what a test message is. */
const plainTest = { eventType: 'test', payload: '{"test":true,"message":"This is a test of your webhook endpoint."}' }
const problemsShown = 5

/** Requests that somebody asked for to see what comes of them: sent now, never logged, never counted. */
export function trials(parts: ResourceParts): Pick<Engine['endpoints'], 'mock' | 'test'> {
  const { directory } = parts

  async function send(entry: EndpointEntry, owner: ApplicationEntry, input: Required<MockInput>): Promise<MockResult> {
    const { message } = draft(parts, owner, input)
    checkTargets(message, [entry])
    const sent = await deliver(parts, entry, [liveMessage(message)], 1)
    const { method, url, headers, body } = sent.request ?? {
      method: '',
      url: entry.endpoint.url,
      headers: [],
      body: null,
    }
    const request = {
      method,
      url,
      headers,
      shownHeaders: shownHeaders(headers, entry),
      body: body && Buffer.from(body).toString('utf8'),
    }
    return { request, outcome: sent.outcome, durationMs: sent.durationMs }
  }

  /** Values that the dialect asks for and nobody set have those of the vendor's example. */
  function paramsFor(entry: EndpointEntry, owner: ApplicationEntry, eventType: string): Record<string, string> {
    const set = { ...owner.application.params, ...entry.endpoint.params }
    const type = owner.preset?.eventTypes.find(({ name }) => name === eventType)
    const claim = carriesClaim(entry.dialect.dialect) && { claim: randomUUID() }
    const examples = { ...owner.preset?.params, ...type?.params, ...claim }
    return Object.fromEntries(Object.entries(examples).filter(([name]) => !Object.hasOwn(set, name)))
  }

  return {
    async mock(org, app, id, input) {
      const entry = directory.endpoint(org, app, id)
      const owner = directory.application(org, app)
      const eventType = directory.findEventType(org, input.eventType)
      const payload = input.payload ?? sampleOf(input.eventType, eventType)
      if (eventType) checkPayload(eventType, payload)
      const params = { ...paramsFor(entry, owner, input.eventType), ...input.params }
      return send(entry, owner, { eventType: input.eventType, payload, params, platform: input.platform ?? null })
    },

    async test(org, app, id) {
      const entry = directory.endpoint(org, app, id)
      const owner = directory.application(org, app)
      const { timeoutSeconds, httpsOnly } = entry.policy
      const probe = await parts.transport.probe(entry.endpoint.url, { timeoutMs: timeoutSeconds * 1000, httpsOnly })
      const reached = probe.steps.every(({ ok }) => ok !== false)
      if (!reached) return { ok: false, probe, message: null }
      const { eventType, payload } = testMessage(owner, directory.eventTypes(org))
      const params = paramsFor(entry, owner, eventType)
      const sent = await send(entry, owner, { eventType, payload, params, platform: null })
      return { ok: sent.outcome.kind === 'accepted', probe, message: { ...sent, eventType } }
    },
  }
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

function sampleOf(name: string, eventType: EventType | null): string {
  if (eventType?.sample != null) return eventType.sample
  throw new EngineError(
    'invalid',
    eventType
      ? `The event type ${name} has no sample. Say what to send in \`payload\`, or give the event type a sample.`
      : `There is no event type ${JSON.stringify(name.slice(0, 80))}, so there is no sample of it. Say what to send in \`payload\`.`,
    { field: 'payload' },
  )
}

/** The newest schema of an event type, held against a payload. @throws EngineError `payload_invalid` */
function checkPayload({ name, schemas }: EventType, payload: string): void {
  const newest = Object.keys(schemas ?? {})
    .toSorted((a, b) => Number(a) - Number(b))
    .at(-1)
  const schema = newest === undefined ? null : schemas?.[newest]
  if (schema == null) return
  let value: unknown
  try {
    value = JSON.parse(payload)
  } catch {
    return // What is wrong with it is said where payloads are checked.
  }
  const problems = checkAgainstSchema(schema, value)
  if (problems.length === 0) return
  const list = problems.slice(0, problemsShown).map(({ path, reason }) => `${path === '' ? 'it' : path} ${reason}`)
  const more = problems.length > problemsShown ? `; and ${problems.length - problemsShown} more` : ''
  throw new EngineError('payload_invalid', `The payload is no ${name}: ${list.join('; ')}${more}.`, {
    field: 'payload',
    problems,
  })
}
