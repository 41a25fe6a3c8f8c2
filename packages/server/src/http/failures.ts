import { EngineError, type Log } from '@posthorn/engine'
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import { refusalOf } from './engine-errors.ts'
import { Refusal } from './refusal.ts'

/** Largest body of a request: a payload of 1 MB and what stands around it. */
export const maxBodyBytes = 1024 * 1024 + 64 * 1024

/** Turns whatever was thrown into an answer. What is not a refusal is a bug: logged whole, answered without a word of it. */
export function failureHandler(log: Log) {
  return (error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    const refusal = refusalFor(error, request)
    if (refusal.status >= 500) {
      const fields = {
        requestId: request.id,
        method: request.method,
        path: pathOf(request),
        status: refusal.status,
        err: error,
      }
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
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE') {
    return bodyTooLarge()
  }
  if (code.startsWith('FST_ERR_') && statusCode >= 400 && statusCode < 500) {
    return new Refusal(statusCode, 'bad_request', 'This request cannot be read. Check its Content-Length and its path.')
  }
  return new Refusal(500, 'internal', `Something went wrong here. It is logged as ${request.id}.`)
}

export function bodyTooLarge(): Refusal {
  return new Refusal(
    413,
    'payload_too_large',
    `The body is too large: a payload has at most 1 MB, a request ${maxBodyBytes} bytes.`,
  )
}

/** Without what should not be logged: the query, and the token that is the whole protection of a file. */
export function pathOf(request: FastifyRequest): string {
  const [path = ''] = request.url.split('?', 1)
  return path.replace(/^\/+files\/.*/s, '/files/…')
}
