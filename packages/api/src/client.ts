import { ApiError, notAStream } from './client-error.ts'
import { readEvents } from './events.ts'
import type { BodyInputOf, ParamsOf, QueryOf, ResponseOf, Route } from './route.ts'
import { routes, type ApiRoute } from './routes/index.ts'

export interface ClientOptions {
  /** Where the server is: `http://127.0.0.1:8071`. */
  readonly url: string
  readonly token: string
  /** Another `fetch`, for tests. */
  readonly fetch?: typeof fetch
}

type QueryValue = string | number | boolean | Date | readonly string[] | null | undefined

type Given<Name extends string, Value> = [keyof Value] extends [never]
  ? { readonly [N in Name]?: undefined }
  : { readonly [N in Name]: Value }

/** What one call takes: `params` of the path, `query`, `body`. */
export type CallInput<R extends Route> = Given<'params', ParamsOf<R>> & {
  readonly query?: { readonly [Name in keyof QueryOf<R>]?: QueryValue }
} & (R extends { readonly body: object }
    ? R extends { readonly bodyOptional: true }
      ? { readonly body?: BodyInputOf<R> }
      : { readonly body: BodyInputOf<R> }
    : { readonly body?: undefined }) & {
    /** For a POST: a repeat with the same key within 24 hours answers the same again and does nothing. */
    readonly idempotencyKey?: string
    readonly signal?: AbortSignal
  } & (R extends { readonly stream: true } ? StreamListener : unknown)

/** Who reads a stream may be told of what is not in its events. */
export interface StreamListener {
  /**
   * Called whenever bytes come: heartbeats too, of which the server sends one every 15 s. A connection that died without a
   * word is known by their absence alone; end it with `signal` then.
   */
  readonly onHeartbeat?: () => void
  /** Called with the time that the server wants readers to wait before they connect anew. */
  readonly onRetry?: (waitMs: number) => void
}

/** Events as they come. Ends with the connection; what was missed until the next one is in the log. */
export interface EventStream<T> extends AsyncIterable<T> {
  /** When it began, by the server's clock (its whole seconds): all that is recorded from then on is told. */
  readonly openedAt: number | null
}

type Answer<R extends Route> = R extends { readonly stream: true } ? EventStream<ResponseOf<R>> : ResponseOf<R>

type Call<R extends Route> =
  object extends CallInput<R>
    ? (input?: CallInput<R>) => Promise<Answer<R>>
    : (input: CallInput<R>) => Promise<Answer<R>>

type Resource<Id extends string> = Id extends `${infer Name}.${string}` ? Name : never
type Action<Id extends string> = Id extends `${string}.${infer Name}` ? Name : never

/** `client.message.create({ params: { app_id }, body: { eventType, payload } })` */
export type Client = {
  readonly [Name in Resource<ApiRoute['operationId']>]: {
    readonly [R in ApiRoute as R['operationId'] extends `${Name}.${string}` ? Action<R['operationId']> : never]: Call<R>
  }
}

/**
 * A client of the API, built from the rows of the contract.
 *
 * ```ts
 * const client = createClient({ url: 'http://127.0.0.1:8071', token })
 * const app = await client.application.create({ body: { name: 'Acme' } })
 * await client.message.create({ params: { app_id: app.id }, body: { eventType: 'a.b', payload: { a: 1 } } })
 * ```
 */
export function createClient(options: ClientOptions): Client {
  const client: Record<string, Record<string, unknown>> = {}
  for (const route of routes) {
    const [resource = '', action = ''] = route.operationId.split('.')
    client[resource] ??= {}
    client[resource][action] = (input: UntypedInput = {}) => call(options, route, input)
  }
  return client as unknown as Client
}

interface UntypedInput {
  readonly params?: Readonly<Record<string, string>>
  readonly query?: Readonly<Record<string, QueryValue>>
  readonly body?: unknown
  readonly idempotencyKey?: string
  readonly signal?: AbortSignal
  readonly onHeartbeat?: () => void
  readonly onRetry?: (waitMs: number) => void
}

async function call(options: ClientOptions, route: Route, input: UntypedInput): Promise<unknown> {
  const headers: Record<string, string> = { authorization: `Bearer ${options.token}` }
  if (route.stream) headers['accept'] = 'text/event-stream'
  if (input.idempotencyKey !== undefined) headers['idempotency-key'] = input.idempotencyKey
  if (input.body !== undefined) headers['content-type'] = 'application/json'
  const response = await (options.fetch ?? fetch)(address(options.url, route, input), {
    method: route.method,
    headers,
    ...(input.body === undefined ? {} : { body: JSON.stringify(input.body) }),
    ...(input.signal === undefined ? {} : { signal: input.signal }),
  })
  if (route.stream && response.ok) return openStream(response, input)
  const text = await response.text()
  const body = response.ok && route.contentType ? text : parse(text)
  if (!response.ok) throw new ApiError(response.status, body)
  return body
}

async function openStream(response: Response, listener: StreamListener): Promise<EventStream<unknown>> {
  const type = response.headers.get('content-type') ?? ''
  if (response.body === null || !type.startsWith('text/event-stream')) {
    await response.body?.cancel()
    throw notAStream(`Its answer is ${type === '' ? 'without a type' : type}, not text/event-stream.`)
  }
  const openedAt = Date.parse(response.headers.get('date') ?? '')
  const entries = readEntries(response.body, listener)
  return Object.assign(entries, { openedAt: Number.isNaN(openedAt) ? null : openedAt })
}

/** What a newer server tells besides attempts is passed over. */
async function* readEntries(body: AsyncIterable<Uint8Array>, listener: StreamListener): AsyncGenerator<unknown> {
  for await (const item of readEvents(body, listener.onHeartbeat)) {
    if (item.kind === 'retry') listener.onRetry?.(item.ms)
    if (item.kind !== 'event' || item.event !== 'attempt') continue
    const entry = parse(item.data)
    if (typeof entry !== 'object' || entry === null) throw notAStream('An event is not a line of the log.')
    yield entry
  }
}

function address(base: string, route: Route, input: UntypedInput): string {
  const path = route.path.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = input.params?.[name]
    if (value === undefined || value === '') throw new TypeError(`${route.operationId} needs params.${name}.`)
    return encodeURIComponent(value)
  })
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries(input.query ?? {})) {
    if (value === undefined || value === null) continue
    query.set(name, value instanceof Date ? value.toISOString() : String(value))
  }
  const text = query.toString()
  return base.replace(/\/+$/, '') + path + (text === '' ? '' : `?${text}`)
}

function parse(text: string): unknown {
  if (text === '') return undefined
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
