import { call, type QueryValue, type UntypedInput } from './call.ts'
import type { Seen } from './etag.ts'
import type { ClientOptions } from './options.ts'
import type { EventStream, StreamListener } from './stream.ts'
import type { BodyInputOf, ParamsOf, QueryOf, ResponseOf, Route } from '../route.ts'
import { routes, type ApiRoute } from '../routes/index.ts'

type Given<Name extends string, Value> = [keyof Value] extends [never]
  ? { readonly [N in Name]?: undefined }
  : { readonly [N in Name]: Value }

/** The input of one call: `params` of the path, `query`, `body`. */
export type CallInput<R extends Route> = Given<'params', ParamsOf<R>> & {
  readonly query?: { readonly [Name in keyof QueryOf<R>]?: QueryValue }
} & (R extends { readonly body: object }
    ? R extends { readonly bodyOptional: true }
      ? { readonly body?: BodyInputOf<R> }
      : { readonly body: BodyInputOf<R> }
    : { readonly body?: undefined }) & {
    /** For a POST: a second request with the same key within 24 hours does nothing and gets the same response. */
    readonly idempotencyKey?: string
    readonly signal?: AbortSignal
  } & (R extends { readonly stream: true } ? StreamListener : unknown) &
  Conditions<R>

/** An operation that changes or reads something with an ETag can name what was seen. */
type Conditions<R extends Route> = R extends { readonly etag: string }
  ? R extends { readonly creates: true }
    ? unknown
    : R extends { readonly method: 'GET' }
      ? IfMatch
      : IfMatch & IfNoneMatch
  : unknown

interface IfMatch {
  /** Only if it still is what was seen: `ifMatch: endpoint`, an ETag, or `*` for whatever is there. Otherwise an `ApiError` 412. */
  readonly ifMatch?: Seen
}

interface IfNoneMatch {
  /** Only if it is not what was seen. `*`: only if nothing is there, so that a PUT creates. Otherwise an `ApiError` 412. */
  readonly ifNoneMatch?: Seen
}

/** A read of something with an ETag; `null`: it is what was seen. */
type ReadIfChanged<R extends Route> = R extends { readonly method: 'GET'; readonly etag: 'answer' }
  ? (input: CallInput<R> & { readonly ifNoneMatch: Seen }) => Promise<Answer<R> | null>
  : unknown

type Answer<R extends Route> = R extends { readonly stream: true } ? EventStream<ResponseOf<R>> : ResponseOf<R>

type Call<R extends Route> = ReadIfChanged<R> &
  (object extends CallInput<R>
    ? (input?: CallInput<R>) => Promise<Answer<R>>
    : (input: CallInput<R>) => Promise<Answer<R>>)

type Resource<Id extends string> = Id extends `${infer Name}.${string}` ? Name : never
type Action<Id extends string> = Id extends `${string}.${infer Name}` ? Name : never

/** `client.message.create({ params: { app_id }, body: { eventType, payload } })` */
export type Client = {
  readonly [Name in Resource<ApiRoute['operationId']>]: {
    readonly [R in ApiRoute as R['operationId'] extends `${Name}.${string}` ? Action<R['operationId']> : never]: Call<R>
  }
}

/**
 * A client of the API, built from the routes.
 *
 * ```ts
 * const client = createClient({ url: 'http://127.0.0.1:8071', token })
 * const app = await client.application.create({ body: { name: 'Acme' } })
 * await client.message.create({ params: { app_id: app.id }, body: { eventType: 'a.b', payload: { a: 1 } } })
 * await client.application.patch({ params: { app_id: app.id }, body: { name: 'Acme Ltd' }, ifMatch: app })
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
