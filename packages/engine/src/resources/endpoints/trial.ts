import { randomUUID } from 'node:crypto'
import type { GivenParams } from '@posthorn/model'
import { carriesClaim } from '../../directory/carries-claim.ts'
import type { ApplicationEntry, EndpointEntry } from '../../directory/entries.ts'
import { liveMessage } from '../../encoding/live-message.ts'
import { shownHeaders } from '../../log/redact.ts'
import { draft } from '../../pipeline/accept.ts'
import { checkTarget } from '../../pipeline/check-targets.ts'
import { deliver } from '../../pipeline/deliver.ts'
import type { Outcome } from '../../transport/transport.ts'
import type { ResourceParts } from '../parts.ts'

export interface MockInput {
  readonly eventType: string
  /** JSON text of an object; the event type's sample when absent. Held against its schema. */
  readonly payload?: string
  readonly params?: GivenParams
  readonly platform?: string | null
}

/** The exact request of a mock and what came back. Never logged. */
export interface MockResult {
  readonly request: {
    readonly method: string
    readonly url: string
    /** As they were sent, secrets and credentials among them. */
    readonly headers: readonly (readonly [string, string])[]
    /** As the log would keep them: for who may not read secrets. */
    readonly shownHeaders: readonly (readonly [string, string])[]
    readonly body: string | null
  }
  readonly outcome: Outcome
  readonly durationMs: number
}

/** Sends one request on the spot. It is not logged and not counted. */
export async function sendTrial(
  parts: ResourceParts,
  entry: EndpointEntry,
  owner: ApplicationEntry,
  input: Required<MockInput>,
): Promise<MockResult> {
  const { message } = draft(parts, owner, input)
  checkTarget(message, entry)
  const sent = await deliver(parts, entry, [liveMessage(message)], { attempt: 1 })
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

/**
 * The values that a producer gives with a message of this type: those of the vendor's example. What the application or the endpoint
 * has to have is not made up, so that a trial fails where real messages do.
 */
export function exampleParams(
  entry: EndpointEntry,
  owner: ApplicationEntry,
  eventType: string,
): Record<string, string> {
  const set = { ...owner.application.params, ...entry.endpoint.params }
  const type = owner.preset?.eventTypes.find(({ name }) => name === eventType)
  const claim = carriesClaim(entry.dialect.dialect) && { claim: randomUUID() }
  const examples = { ...type?.params, ...claim }
  return Object.fromEntries(Object.entries(examples).filter(([name]) => !Object.hasOwn(set, name)))
}
