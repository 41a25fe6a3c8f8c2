import type { BodyOf, OperationId, ParamsOf, QueryOf, ResponseOf, RouteOf } from '@posthorn/api'
import type { Engine, WriteOptions } from '@posthorn/engine'
import type { Readable } from 'node:stream'
import type { Caller } from '../auth/caller.ts'
import type { JsonText, Reply } from './reply.ts'

/** What a handler gets, typed by its row in the contract. */
export interface Call<Id extends OperationId> {
  readonly engine: Engine
  readonly caller: Caller
  readonly org: string
  readonly params: ParamsOf<RouteOf<Id>>
  readonly query: QueryOf<RouteOf<Id>>
  readonly body: BodyOf<RouteOf<Id>>
  /** The raw member of the body (`payload`), byte for byte; `null` when it is not there. */
  readonly raw: string | null
  /** The body, where the row takes files and this is one; `body` is not to be looked at then. */
  readonly file: IncomingFile | null
  /**
   * Options for the engine's write: who does it, and, when the request has an Idempotency-Key, that what `render` makes of the
   * result is the answer to a repeat. With `restore`, `render` leaves out what must not be kept a second time (a payload that may be
   * erased), and `restore` makes the answer whole again.
   */
  readonly once: <T>(render: (result: T) => Answer<Id>, restore?: (text: string) => Promise<string>) => WriteOptions<T>
}

/** A body that is read as it comes. Leaving its iterator early does not cut the connection: the refusal still has to go out on it. */
export interface IncomingFile {
  readonly bytes: ReturnType<Readable['iterator']>
  /** As the request announces it. */
  readonly length: number | undefined
  readonly contentType: string
  readonly disposition: string | undefined
}

type Body<Id extends OperationId> = ResponseOf<RouteOf<Id>>

/** The body, ready JSON, or either with another status. */
type Answer<Id extends OperationId> = Body<Id> | JsonText<Body<Id>> | Reply<Body<Id>>

type Handler<Id extends OperationId> = (call: Call<Id>) => Promise<Answer<Id>> | Answer<Id>

/** Operations whose answer is a stream are mounted by the log itself. */
type StreamId = 'log.stream'

/** One handler an operation: a row without its handler does not compile. */
export type Handlers = { readonly [Id in Exclude<OperationId, StreamId>]: Handler<Id> }

/** The part of the record that one feature brings. */
export type HandlersOf<Resource extends string> = Pick<Handlers, Extract<keyof Handlers, `${Resource}.${string}`>>
