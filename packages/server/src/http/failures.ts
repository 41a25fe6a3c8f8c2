import { EngineError, type Log } from '@posthorn/engine'
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import { bodyTooLarge } from './whole-body.ts'
import { refusalOf } from './engine-errors.ts'
import { otherType } from './json-body.ts'
import { Refusal } from './refusal.ts'
import { loggedPath } from './request-log.ts'

/** Answers whatever was thrown. An error that is not a refusal is a bug: it is logged completely, and the response has no details. */
export function failureHandler(log: Log) {
  return (error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    const refusal = refusalFor(error, request)
    if (refusal.status >= 500) {
      const { id: requestId, method } = request
      const fields = { requestId, method, path: loggedPath(request), status: refusal.status, err: error }
      if (refusal.code === 'internal') log.error(fields, 'a request failed unexpectedly')
      else log.warn(fields, 'a request was refused')
    }
    return reply
      .code(refusal.status)
      .headers(refusal.headers)
      .header('content-type', 'application/json; charset=utf-8')
      .send(refusal.body())
  }
}

function refusalFor(error: unknown, request: FastifyRequest): Refusal {
  if (error instanceof Refusal) return error
  if (error instanceof EngineError) return refusalOf(error)
  const { code = '', statusCode = 500 } = error as Partial<FastifyError>
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE') return bodyTooLarge()
  if (code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE') return otherType()
  if (code.startsWith('FST_ERR_') && statusCode >= 400 && statusCode < 500) {
    // The status of Fastify is a more exact 4xx; they all have this code.
    return new Refusal(
      statusCode as 400,
      'bad_request',
      'This request cannot be read. Check its Content-Length and its path.',
    )
  }
  return new Refusal(500, 'internal', `Something went wrong here. It is logged as ${request.id}.`)
}
