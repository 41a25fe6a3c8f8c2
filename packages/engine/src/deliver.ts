import { withSecondary, type EncodeInput, type WireRequest } from '@posthorn/wire'
import type { Clock } from './clock.ts'
import type { Directory, EndpointEntry } from './directory.ts'
import type { LiveMessage } from './lane.ts'
import type { StoredMessage } from './store/queue.ts'
import type { Outcome, Transport } from './transport/transport.ts'

/** One try of a request: what went out and how it ended. */
export interface Sent {
  readonly request: WireRequest | null
  readonly outcome: Outcome
  readonly startedAt: number
  readonly durationMs: number
}

export interface DeliverParts {
  readonly clock: Clock
  readonly directory: Directory
  readonly transport: Transport
}

/**
 * Encodes, signs and sends. URL, secrets and headers are the current ones: edits count at once. What goes wrong is a value,
 * a message that its dialect cannot carry any more included.
 */
export async function deliver(
  parts: DeliverParts,
  entry: EndpointEntry,
  content: LiveMessage,
  attempt: number,
): Promise<Sent> {
  const { clock, transport } = parts
  const startedAt = clock.now()
  const started = clock.monotonic()
  let request: WireRequest
  try {
    request = encode(parts.directory, entry, content, attempt, startedAt)
  } catch (error) {
    return { request: null, outcome: notEncoded(error), startedAt, durationMs: 0 }
  }
  const { timeoutSeconds, httpsOnly } = entry.policy
  const outcome = await transport.send({ ...request, timeoutMs: timeoutSeconds * 1000, httpsOnly })
  return { request, outcome, startedAt, durationMs: Math.round(clock.monotonic() - started) }
}

/** The request of one attempt, to the byte. */
function encode(
  directory: Directory,
  entry: EndpointEntry,
  content: LiveMessage,
  attempt: number,
  sentAt: number,
): WireRequest {
  const { endpoint, dialect } = entry
  const params = paramsOf(directory, entry, content.stored)
  const message = wireMessage(content.stored, params)
  // Params of the endpoint may stand in the body, so only endpoints without any share one.
  const shares = Object.keys(endpoint.params).length === 0
  let body = shares ? content.bodies.get(dialect) : undefined
  if (body === undefined) {
    body = dialect.body(message)
    if (shares) content.bodies.set(dialect, body)
  }
  const secrets = directory.secretsOf(entry)
  const input = { message, url: endpoint.url, secrets, sentAt, attempt, body }
  const request = withSecond(directory, entry, dialect.encodeSync(input), input)
  for (const name in endpoint.headers) request.headers.push([name, endpoint.headers[name] ?? ''])
  return request
}

/** With the headers and signatures of the endpoint's second format, where it has one. */
function withSecond(directory: Directory, entry: EndpointEntry, request: WireRequest, input: EncodeInput): WireRequest {
  if (!entry.secondary) return request
  return withSecondary(request, entry.secondary, { ...input, secrets: directory.secondarySecretsOf(entry) })
}

/** Nearest wins: message, endpoint, application. */
export function paramsOf(
  directory: Directory,
  entry: EndpointEntry,
  message: Pick<StoredMessage, 'params'>,
): Readonly<Record<string, string>> {
  const application = directory.applicationOf(entry)?.application.params ?? {}
  return { ...application, ...entry.endpoint.params, ...message.params }
}

export function wireMessage(
  stored: Pick<StoredMessage, 'id' | 'eventType' | 'payload' | 'occurredAt' | 'acceptedAt'>,
  params: Readonly<Record<string, string>>,
): {
  id: string
  type: string
  payload: string
  occurredAt: number
  acceptedAt: number
  params: Readonly<Record<string, string>>
  claim?: string
} {
  const { id, eventType: type, payload, occurredAt, acceptedAt } = stored
  if (payload === null) throw new Error('The payload of this message was expunged, so it cannot be sent any more.')
  const claim = params.claim
  return { id, type, payload, occurredAt, acceptedAt, params, ...(claim !== undefined && { claim }) }
}

function notEncoded(error: unknown): Outcome {
  const message = error instanceof Error ? error.message : String(error)
  return {
    ok: false,
    error: { code: 'not_encodable', message },
    maybeSent: false,
    timings: { dnsMs: null, connectMs: null, firstByteMs: null, totalMs: 0 },
    remoteAddress: null,
  }
}
