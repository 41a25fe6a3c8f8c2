import type { Engine } from '@posthorn/engine'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { etagOf, hasSeen, refuseOther } from '../http/condition.ts'
import { attachment } from './content-disposition.ts'
import { rangeOf } from './range.ts'

/**
 * Serves the result files of operations. A link needs no token: it has 192 random bits, and it expires. A browser saves the
 * file and never shows it, so that a vendor's customer cannot publish a page under the vendor's address.
 */
export function mountFiles(server: FastifyInstance, engine: Engine): void {
  server.route<{ Params: { token: string } }>({
    method: ['GET', 'HEAD'],
    url: '/files/:token',
    handler: async (request, reply) => {
      const file = await engine.operations.file(request.params.token)
      refuseOther(file.digest, request)
      const etag = etagOf(file.digest)
      reply.headers({
        'content-type': file.contentType,
        'content-disposition': attachment(file.name),
        'content-security-policy': "default-src 'none'; frame-ancestors 'none'; sandbox",
        'cache-control': 'private, no-store',
        'accept-ranges': 'bytes',
        etag,
      })
      if (hasSeen(file.digest, request)) return reply.code(304).send()
      const range = mayBeRange(request, etag) ? rangeOf(request.headers.range, file.bytes) : null
      if (range === 'unsatisfiable') return unsatisfiable(reply, file.bytes)
      const length = range === null ? file.bytes : range.end - range.start + 1
      reply.header('content-length', length)
      if (range !== null) reply.code(206).header('content-range', `bytes ${range.start}-${range.end}/${file.bytes}`)
      if (request.method === 'HEAD' || length === 0) return reply.send()
      return reply.send(await file.read(range ?? undefined))
    },
  })
}

/** A client that resumes a download names the file that it began (`If-Range`). If that is another file, it gets the whole file. */
function mayBeRange(request: FastifyRequest, etag: string): boolean {
  const expected = request.headers['if-range']
  return request.method === 'GET' && (expected === undefined || expected === etag)
}

function unsatisfiable(reply: FastifyReply, size: number): FastifyReply {
  reply.removeHeader('content-disposition').removeHeader('etag')
  return reply
    .code(416)
    .header('content-range', `bytes */${size}`)
    .header('content-type', 'application/json; charset=utf-8')
    .send(
      JSON.stringify({
        code: 'range_not_satisfiable',
        detail: `The file has ${size} bytes, and the range begins behind its end. Ask for an earlier one, or for the whole file.`,
      }),
    )
}
