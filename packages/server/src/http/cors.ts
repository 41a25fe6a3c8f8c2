import type { FastifyInstance } from 'fastify'

/** Headers of answers that a page may read, beside those that every page may. */
const exposed = 'x-request-id, retry-after, idempotent-replayed, allow, www-authenticate, etag, content-disposition'

const methods = 'GET, HEAD, POST, PUT, PATCH, DELETE'
/** How long a browser keeps the answer to a preflight. */
const maxAgeSeconds = 600

/**
 * Lets pages of these origins call the API from a browser (the CORS protocol of the Fetch standard). `*` is every origin. Credentials
 * that a browser adds by itself (cookies) are never allowed: a call is authorised by the token that the page gives. Must be called before
 * the routes are mounted.
 */
export function allowOrigins(server: FastifyInstance, origins: readonly string[]): void {
  if (origins.length === 0) return
  const every = origins.includes('*')
  server.addHook('onRequest', (request, reply, done) => {
    const { origin } = request.headers
    // Also on answers to other origins and to none: a cache must not give one's answer to another.
    if (!every) reply.header('vary', 'Origin')
    if (origin === undefined || !(every || origins.includes(origin))) return done()
    reply.header('access-control-allow-origin', every ? '*' : origin).header('access-control-expose-headers', exposed)
    if (request.method !== 'OPTIONS' || request.headers['access-control-request-method'] === undefined) return done()
    // Clients bring headers of their own (`svix-req-id`). The origin is trusted, so it may send what it names.
    const names = request.headers['access-control-request-headers']
    if (names !== undefined && /^[\w!#$%&'*+.^`|~, -]+$/.test(names))
      reply.header('access-control-allow-headers', names)
    reply
      .header('access-control-allow-methods', methods)
      .header('access-control-max-age', String(maxAgeSeconds))
      .code(204)
      .send()
  })
}
