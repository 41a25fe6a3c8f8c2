import type { Log } from '@posthorn/engine'
import type { FastifyInstance, FastifyRequest } from 'fastify'

/** One line a request in the program's own log, at the level `debug`. */
export function logRequests(server: FastifyInstance, log: Log): void {
  server.addHook('onResponse', (request, reply, done) => {
    const { id: requestId, method } = request
    const durationMs = Math.round(reply.elapsedTime * 10) / 10
    log.debug({ requestId, method, path: loggedPath(request), status: reply.statusCode, durationMs }, 'request')
    done()
  })
}

/** The path without what must not be logged: the query, and the token in a link to a file, which is all that protects the file. */
export function loggedPath(request: FastifyRequest): string {
  const [path = ''] = request.url.split('?', 1)
  return path.replace(/^\/+files\/.*/s, '/files/…')
}
