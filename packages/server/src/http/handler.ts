import type { BodyOf, OperationId, ParamsOf, QueryOf, ResponseOf, Route, RouteOf } from '@posthorn/api'
import type { Condition, Engine, Viewer, WriteOptions } from '@posthorn/engine'
import type { Caller } from '../auth/caller.ts'
import type { IncomingFile } from './incoming-file.ts'
import type { JsonText } from './json-text.ts'
import type { Reply } from './reply.ts'

/** What a handler gets, typed by its row in the contract. */
export interface Call<Id extends OperationId> {
  readonly engine: Engine
  readonly caller: Caller
  readonly org: string
  readonly params: ParamsOf<RouteOf<Id>>
  readonly query: QueryOf<RouteOf<Id>>
  readonly body: BodyOf<RouteOf<Id>>
  /** The raw member of the body (`payload`), byte for byte; `null`: the body does not have it. */
  readonly raw: string | null
  /** The body, where the row takes files and this is one; `body` is `undefined` then. */
  readonly file: IncomingFile | null
  /** The setting: endpoints that are held are shown as disabled. */
  readonly heldAsDisabled: boolean
  /** Goes into every look-up of the engine that depends on who looks. */
  readonly viewer: Viewer
  /** Goes into every write of the engine: who makes it, what it sees, on what condition, and the Idempotency-Key of an idempotent handler. */
  readonly write: WriteOptions & Condition
}

/** The body of a success: a value of the row's schema, or JSON text of one. */
type Body<Id extends OperationId> = ResponseOf<RouteOf<Id>> | JsonText<ResponseOf<RouteOf<Id>>>

/** A `Reply` has another status than the row's, or a tag. That of `present` has no status. */
type Answer<Id extends OperationId> = Body<Id> | Reply<Body<Id>>

type PlainHandler<Id extends OperationId> = (call: Call<Id>) => Promise<Answer<Id>> | Answer<Id>

/**
 * A handler that honours an Idempotency-Key, in two steps. `perform` makes the change, with `call.write`, and the engine keeps
 * its result in the same transaction. `present` makes the body from the result: from the new one, and from the kept one when
 * the request is repeated.
 */
interface IdempotentHandler<Id extends OperationId> {
  perform(call: Call<Id>): Promise<unknown>
  present(result: never, call: Call<Id>): Answer<Id>
}

/** Ties the two steps of a handler together: `present` takes what `perform` gives. A `Reply` has another status than the row's. */
export function idempotent<Id extends OperationId, Result>(handler: {
  perform(call: Call<Id>): Promise<Result | Reply<Result>>
  present(result: Result, call: Call<Id>): Answer<Id>
}): IdempotentHandler<Id> {
  return handler
}

type Handler<Id extends OperationId> = HonoursKey<RouteOf<Id>> extends true ? IdempotentHandler<Id> : PlainHandler<Id>

type HonoursKey<R extends Route> = R extends { readonly method: 'POST' }
  ? R extends { readonly ignoresIdempotencyKey: true }
    ? false
    : true
  : false

/** Operations whose answer is a stream are mounted by the log itself. */
type StreamId = 'log.stream'

/** One handler an operation: a row without its handler does not compile. */
export type Handlers = { readonly [Id in Exclude<OperationId, StreamId>]: Handler<Id> }

/** The part of the record that one feature brings. */
export type HandlersOf<Resource extends string> = Pick<Handlers, Extract<keyof Handlers, `${Resource}.${string}`>>
