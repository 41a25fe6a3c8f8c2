import type * as z from 'zod'
import type { ErrorCode } from './error-codes.ts'
import type { Scope } from './scopes.ts'

/**
 * One operation of the API as data. The server mounts it, the client calls it and openapi.json describes it, all from
 * this definition.
 */
export interface Route {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** `{app_id}` is a parameter. */
  readonly path: `/${string}`
  readonly operationId: `${string}.${string}`
  /**
   * It has the shape of the Svix API, whose official clients call it. What they send is taken (`lenient.ts`): parameters that this API
   * does not have are ignored. Everywhere else an unknown parameter is refused.
   */
  readonly svix?: true
  readonly summary: string
  readonly description?: string
  /** Which token it needs: none, one of the organisation, or one of the organisation or of the application in the path. */
  readonly access: 'public' | 'organization' | 'application'
  readonly scope: Scope | null
  readonly query?: z.ZodObject
  readonly body?: z.ZodObject
  /** A request without a body is read as `{}`. */
  readonly bodyOptional?: true
  /** This member of the body is not parsed: the handler gets its text, byte for byte. */
  readonly rawMember?: 'payload'
  /** Another name of the raw member. If both are given, they must be equal, or one of them `null`. */
  readonly rawAlias?: 'data'
  /** A body that is not JSON is a file: it is streamed to the handler and is never complete in memory. */
  readonly file?: true
  /** Codes of errors beside those that all operations have. */
  readonly refusals?: readonly ErrorCode[]
  /** Status and body of a success; `null` is no body. `alsoStatus`: a PUT that creates answers 201. */
  readonly status: 200 | 201 | 202 | 204
  readonly alsoStatus?: 200 | 201 | 202
  readonly response: z.ZodType | null
  /** The response is a stream of server-sent events, each with one `response` as its data. */
  readonly stream?: true
  /** The response is text of this type, and `response` is a string. */
  readonly contentType?: string
  /**
   * `answer`: its answer has an ETag, that of the resource in its path or in its body. `changed`: it changes a resource that has one, and
   * its answer is none or another.
   */
  readonly etag?: 'answer' | 'changed'
  /** A POST that makes a new resource. */
  readonly creates?: true
  /** A POST that changes nothing, or gives the same state each time: `Idempotency-Key` is accepted and has no effect. */
  readonly ignoresIdempotencyKey?: true
}

/** The names between braces in a path. */
type ParamNames<Path extends string> = Path extends `${string}{${infer Name}}${infer Rest}`
  ? Name | ParamNames<Rest>
  : never

export type ParamsOf<R extends Route> = { readonly [Name in ParamNames<R['path']>]: string }

export type QueryOf<R extends Route> = R extends { readonly query: infer Q extends z.ZodType } ? z.output<Q> : object

/** The body after validation, without the raw member. */
export type BodyOf<R extends Route> = R extends { readonly body: infer B extends z.ZodType }
  ? R extends { readonly rawMember: infer M extends string }
    ? Omit<z.output<B>, M>
    : z.output<B>
  : undefined

/** The body that a client sends. */
export type BodyInputOf<R extends Route> = R extends { readonly body: infer B extends z.ZodType }
  ? z.input<B>
  : undefined

export type ResponseOf<R extends Route> = R['response'] extends z.ZodType ? z.output<R['response']> : undefined
