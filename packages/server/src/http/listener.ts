import { randomBytes } from 'node:crypto'
import type { Log } from '@posthorn/engine'
import fastify, { type FastifyInstance } from 'fastify'
import type { Lifecycle } from '../lifecycle.ts'
import { refuseUnknown } from './allowed-methods.ts'
import { allowOrigins } from './cors.ts'
import { boundConnections, stalledMs } from './connections.ts'
import { maxBodyBytes } from './whole-body.ts'
import { failureHandler } from './failures.ts'
import { refuseConnection } from './refuse-connection.ts'
import { logRequests } from './request-log.ts'
import { apiHeaders } from './security-headers.ts'

/** A listener that a slow or hostile client cannot hold: strict parser, small heads, short waits. It has no routes yet. */
export function createListener(
  log: Log,
  lifecycle: Readonly<Lifecycle>,
  logsRequests: boolean,
  maxConnections: number,
  allowedOrigins: readonly string[],
): FastifyInstance {
  const prefix = randomBytes(6).toString('base64url')
  let count = 0
  const server = fastify({
    logger: false,
    bodyLimit: maxBodyBytes,
    genReqId: () => `req_${prefix}${(++count).toString(36)}`,
    requestIdHeader: false,
    exposeHeadRoutes: false,
    return503OnClosing: false,
    requestTimeout: 30_000,
    connectionTimeout: stalledMs,
    keepAliveTimeout: 72_000,
    maxRequestsPerSocket: 10_000,
    http: {
      headersTimeout: 10_000,
      maxHeaderSize: 16 * 1024,
      insecureHTTPParser: false,
      connectionsCheckingInterval: 2_000,
    },
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: 1024 },
    clientErrorHandler: refuseConnection,
    frameworkErrors: (error, request, reply) => void failureHandler(log)(error, request, reply),
  })
  boundConnections(server.server, maxConnections)
  // RFC 9110, 10.1.1: an expectation that a server does not know may be ignored. Node would answer it with an empty 417.
  server.server.on('checkExpectation', (request, response) => server.server.emit('request', request, response))
  // Bodies stay bytes: a payload is delivered byte for byte.
  server.removeAllContentTypeParsers()
  server.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
  server.addHook('onRequest', (request, reply, done) => {
    reply.headers(apiHeaders).header('x-request-id', request.id)
    done()
  })
  allowOrigins(server, allowedOrigins)
  // During a shutdown, clients must not keep their connections: the server waits for all of them to close.
  server.addHook('onSend', (_request, reply, _payload, done) => {
    if (lifecycle.draining) reply.header('connection', 'close')
    done()
  })
  if (logsRequests) logRequests(server, log)
  server.setErrorHandler(failureHandler(log))
  refuseUnknown(server)
  return server
}
