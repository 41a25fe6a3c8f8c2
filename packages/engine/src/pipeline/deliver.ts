import { withSecondary, type EncodeInput, type WireRequest } from '@posthorn/wire'
import type { Clock } from '../clock.ts'
import type { Directory, EndpointEntry } from '../directory/directory.ts'
import type { LiveMessage } from '../schedule/lane.ts'
import type { StoredMessage } from '../store/queue.ts'
import type { Outcome, Transport } from '../transport/transport.ts'

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
  contents: readonly LiveMessage[],
  attempt: number,
): Promise<Sent> {
  const { clock, transport } = parts
  const startedAt = clock.now()
  const started = clock.monotonic()
  let request: WireRequest
  try {
    request = encode(parts.directory, entry, contents, attempt, startedAt)
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
  contents: readonly LiveMessage[],
  attempt: number,
  sentAt: number,
): WireRequest {
  const { endpoint, dialect } = entry
  // A member of a batch whose payload was erased since is left out; what is erased goes nowhere.
  const [first, ...more] = contents.length > 1 ? contents.filter(({ stored }) => stored.payload !== null) : contents
  if (!first) throw new Error('The payloads of this batch were expunged, so it cannot be sent any more.')
  const message = wireMessage(first.stored, paramsOf(directory, entry, first.stored))
  const body = dialect.batch
    ? dialect.batch.join([first, ...more].map((content) => elementOf(directory, entry, dialect.batch!, content)))
    : kept(entry, dialect, first, () => dialect.body(message))
  // Chosen at the time that the request says, so that log and signature agree about which one signed.
  const secrets = directory.secretsOf(entry, sentAt)
  const input = { message, url: endpoint.url, secrets, sentAt, attempt, body }
  const request = withSecond(directory, entry, dialect.encodeSync(input), input)
  for (const name in endpoint.headers) request.headers.push([name, endpoint.headers[name] ?? ''])
  return request
}

/** The body of a message that leaves alone: what a batch has of it, as a batch of one. */
export function bodyOf(directory: Directory, entry: EndpointEntry, stored: StoredMessage): Uint8Array | null {
  const { dialect } = entry
  const message = wireMessage(stored, paramsOf(directory, entry, stored))
  return dialect.batch ? dialect.batch.join([dialect.batch.element(message)]) : dialect.body(message)
}

/** Bytes of a message in a batch; `null`: its dialect cannot carry it any more. */
export function elementBytes(directory: Directory, entry: EndpointEntry, content: LiveMessage): number | null {
  const { batch } = entry.dialect
  if (!batch || content.stored.payload === null) return null
  try {
    return elementOf(directory, entry, batch, content).length
  } catch {
    return null // Alone it fails alone, with the reason in the log.
  }
}

function elementOf(
  directory: Directory,
  entry: EndpointEntry,
  batch: NonNullable<EndpointEntry['dialect']['batch']>,
  content: LiveMessage,
): Uint8Array {
  const element = (): Uint8Array =>
    batch.element(wireMessage(content.stored, paramsOf(directory, entry, content.stored)))
  return kept(entry, batch, content, element)!
}

/** What a message makes, made once for all endpoints of a dialect. */
function kept(
  { endpoint }: EndpointEntry,
  maker: object,
  { bodies }: LiveMessage,
  make: () => Uint8Array | null,
): Uint8Array | null {
  // Params of the endpoint may stand in it, so only endpoints without any share one.
  if (Object.keys(endpoint.params).length > 0) return make()
  let body = bodies.get(maker)
  if (body === undefined) {
    body = make()
    bodies.set(maker, body)
  }
  return body
}

/** With the headers and signatures of the endpoint's second format, where it has one. */
function withSecond(directory: Directory, entry: EndpointEntry, request: WireRequest, input: EncodeInput): WireRequest {
  if (!entry.secondary) return request
  return withSecondary(request, entry.secondary, {
    ...input,
    secrets: directory.secondarySecretsOf(entry, input.sentAt),
  })
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
