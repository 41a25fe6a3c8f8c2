import { readEvents } from './events.ts'
import type { BodyInputOf, ParamsOf, QueryOf, ResponseOf, Route } from './route.ts'
import { routes, type ApiRoute } from './routes.ts'

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
  }

type Answer<R extends Route> = R extends { readonly stream: true } ? AsyncIterable<ResponseOf<R>> : ResponseOf<R>

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

/** The server refused: its status, its code from the closed list, and its sentence. */
export class ApiError extends Error {
  override readonly name = 'ApiError'
  readonly status: number
  readonly code: string
  /** The answer as it came. */
  readonly body: unknown

  constructor(status: number, body: unknown) {
    const { code, text } = explain(status, body)
    super(text)
    this.status = status
    this.code = code
    this.body = body
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
  if (route.stream && response.ok && response.body) return readEvents(response.body)
  const text = await response.text()
  const body = response.ok && route.contentType ? text : parse(text)
  if (!response.ok) throw new ApiError(response.status, body)
  return body
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

function explain(status: number, body: unknown): { code: string; text: string } {
  if (typeof body === 'object' && body !== null && 'detail' in body) {
    const code = 'code' in body && typeof body.code === 'string' ? body.code : `http_${status}`
    if (typeof body.detail === 'string') return { code, text: body.detail }
    if (Array.isArray(body.detail)) {
      const parts = body.detail.map((entry: unknown) => {
        const { loc, msg } = entry as { loc?: readonly string[]; msg?: string }
        return `${loc?.slice(1).join('.') ?? ''}: ${msg ?? ''}`
      })
      return { code, text: parts.join(' ') }
    }
  }
  return { code: `http_${status}`, text: `The server answered ${status}.` }
}
