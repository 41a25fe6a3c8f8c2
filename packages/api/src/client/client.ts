import { call, type QueryValue, type UntypedInput } from './call.ts'
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
  } & (R extends { readonly stream: true } ? StreamListener : unknown)

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
 * A client of the API, built from the routes.
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
