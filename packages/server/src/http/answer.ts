import type { Route } from '@posthorn/api'
import { EngineError, tagOfText, type Kept } from '@posthorn/engine'
import type { FastifyReply } from 'fastify'
import { heldAsDisabled } from '../endpoints/held-as-disabled.ts'
import { etagOf, hasSeen, refuseOther } from './condition.ts'
import type { AnyCall } from './read-call.ts'
import { JsonText } from './json-text.ts'
import { Reply } from './reply.ts'

/** A handler of any row (see `handler.ts`). */
export type AnyHandler = ((call: AnyCall) => unknown) | AnyIdempotentHandler

interface AnyIdempotentHandler {
  perform(call: AnyCall): Promise<unknown>
  present(result: unknown, call: AnyCall): unknown
}

/** An answer as it goes out. */
export interface Answered {
  readonly status: number
  readonly text: string
  /** A request with this Idempotency-Key was answered before; nothing was done this time. */
  readonly replayed: boolean
  /** Of one resource that has an ETag. */
  readonly tag: string | null
}

/** Runs a handler and writes down its answer. */
export async function answer(route: Route, handler: AnyHandler, call: AnyCall): Promise<Answered> {
  if (typeof handler === 'function') {
    const { status, body, tag } = asReply(route, await handler(call))
    const text = textOf(route, body, call)
    return { status, text, replayed: false, tag: tag ?? tagIn(route, text) }
  }
  const write = await performed(handler, call)
  // An HTTP answer that an older version kept. It goes out as it is.
  if (write.kind === 'http_answer') return { status: write.status, text: write.body, replayed: true, tag: null }
  const { status, body: result } = asReply(route, write.result)
  const { body, tag } = asReply(route, handler.present(result, call))
  const text = textOf(route, body, call)
  return { status, text, replayed: write.replayed, tag: tag ?? tagIn(route, text) }
}

/** What the write gave: now, or when its Idempotency-Key came for the first time. */
async function performed(handler: AnyIdempotentHandler, call: AnyCall): Promise<Kept & { readonly replayed: boolean }> {
  try {
    return { kind: 'result', result: await handler.perform(call), replayed: false }
  } catch (error) {
    if (!(error instanceof EngineError) || error.replay === null) throw error
    return { ...error.replay, replayed: true }
  }
}

function asReply(route: Route, given: unknown): Pick<Answered, 'status' | 'tag'> & { readonly body: unknown } {
  if (!(given instanceof Reply)) return { status: route.status, body: given, tag: null }
  return { status: given.status ?? route.status, body: given.body, tag: given.tag }
}

function tagIn(route: Route, text: string): string | null {
  return route.etag === 'answer' ? tagOfText(text) : null
}

function textOf(route: Route, body: unknown, call: AnyCall): string {
  if (route.response === null) return ''
  if (route.contentType) return String(body)
  if (body instanceof JsonText) return body.text
  return JSON.stringify(call.heldAsDisabled ? heldAsDisabled(body) : body)
}

export function send(
  reply: FastifyReply,
  { status, text, replayed, tag }: Answered,
  contentType?: string,
): FastifyReply {
  reply.code(status)
  if (replayed) reply.header('idempotent-replayed', 'true')
  if (tag !== null) {
    reply.header('etag', etagOf(tag))
    const { method } = reply.request
    const isRead = method === 'GET' || method === 'HEAD'
    if (isRead) refuseOther(tag, reply.request)
    if (isRead && hasSeen(tag, reply.request)) return reply.code(304).send()
  }
  if (text === '') return reply.send()
  return reply.header('content-type', contentType ?? 'application/json; charset=utf-8').send(text)
}
