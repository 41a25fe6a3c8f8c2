import type { Route } from '@posthorn/api'
import { EngineError, type Kept } from '@posthorn/engine'
import type { FastifyReply } from 'fastify'
import type { AnyCall } from './read-call.ts'
import { JsonText } from './json-text.ts'
import { Reply } from './reply.ts'

/** A handler of any row (see `handler.ts`). */
export type AnyHandler =
  | ((call: AnyCall) => unknown)
  | { perform(call: AnyCall): Promise<unknown>; present(result: unknown, call: AnyCall): unknown }

/** An answer as it goes out. */
export interface Answered {
  readonly status: number
  readonly text: string
  /** A request with this Idempotency-Key was answered before; nothing was done this time. */
  readonly replayed: boolean
}

/** Runs a handler. */
export async function answer(route: Route, handler: AnyHandler, call: AnyCall): Promise<Answered> {
  if (typeof handler === 'function') return rendered(route, await handler(call))
  const done = await outcomeOf(handler.perform(call))
  if (done.kind === 'http_answer') return { status: done.status, text: done.body, replayed: true }
  const { status, body: result } =
    done.result instanceof Reply ? done.result : { status: route.status, body: done.result }
  return { ...rendered(route, handler.present(result, call), status), replayed: done.replayed }
}

/** What a write gave: now, or the first time that its Idempotency-Key came. */
async function outcomeOf(performed: Promise<unknown>): Promise<Kept & { readonly replayed: boolean }> {
  try {
    return { kind: 'result', result: await performed, replayed: false }
  } catch (error) {
    if (!(error instanceof EngineError) || error.replay === null) throw error
    return { ...error.replay, replayed: true }
  }
}

function rendered(route: Route, given: unknown, otherStatus: number = route.status): Answered {
  const status = given instanceof Reply ? given.status : otherStatus
  const body: unknown = given instanceof Reply ? given.body : given
  return { status, text: textOf(route, body), replayed: false }
}

function textOf(route: Route, body: unknown): string {
  if (route.response === null) return ''
  if (route.contentType) return String(body)
  return body instanceof JsonText ? body.text : JSON.stringify(body)
}

export function send(reply: FastifyReply, { status, text, replayed }: Answered, contentType?: string): FastifyReply {
  reply.code(status)
  if (replayed) reply.header('idempotent-replayed', 'true')
  if (text === '') return reply.send()
  return reply.header('content-type', contentType ?? 'application/json; charset=utf-8').send(text)
}
