import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import { openApiDocument } from '@posthorn/api'
import { open, type Engine, type Log } from '@posthorn/engine'
import { builtInPresetFolder, checkSamples, loadPresets, type Preset } from '@posthorn/preset'
import fastify, { type FastifyInstance } from 'fastify'
import { authenticator } from './auth/tokens.ts'
import type { Settings } from './settings/index.ts'
import { handlersFor } from './handlers.ts'
import type { Lifecycle } from './health/handlers.ts'
import { failureHandler, maxBodyBytes, pathOf } from './http/failures.ts'
import { isUploading } from './http/incoming-file.ts'
import { mountRoutes } from './http/mount.ts'
import { notFound } from './http/refusal.ts'
import { apiHeaders } from './http/security.ts'
import { createLog } from './log.ts'
import { openLogStream } from './log/stream.ts'
import { mountFiles } from './operations/files.ts'
import type { Links } from './operations/links.ts'
import { mountPage } from './page.ts'

export interface ServerOptions {
  readonly settings: Settings
  /** An engine that is open already; it stays open when the server closes. */
  readonly engine?: Engine
  readonly log?: Log
}

export interface RunningServer {
  /** `http://127.0.0.1:8071`, with the port that it really has. */
  readonly url: string
  readonly engine: Engine
  /** Is not ready from now on, takes no new requests, answers those that are there, and closes the engine that it opened. */
  close(): Promise<void>
}

/** After this, connections that are still busy are cut. */
const drainMs = 10_000

/** Opens the engine, unless one is given, and listens. */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const { settings } = options
  const log = options.log ?? createLog(settings.logLevel)
  const engine = options.engine ?? (await openEngine(settings, log))
  const lifecycle: Lifecycle = { draining: false }
  const links: Links = { base: settings.publicUrl ?? '' }
  const stream = openLogStream(engine, log)
  const server = createListener(log, lifecycle, settings.logLevel === 'trace' || settings.logLevel === 'debug')
  mountRoutes(server, {
    engine,
    log,
    stream,
    authenticate: authenticator(settings.jwtSecret),
    handlers: handlersFor(lifecycle, links),
  })
  mountPage(server)
  mountFiles(server, engine)
  const openApi = JSON.stringify(openApiDocument())
  server.get('/api/v1/openapi.json', async (_, reply) =>
    reply.header('content-type', 'application/json; charset=utf-8').send(openApi),
  )

  let url: string
  try {
    url = await server.listen({ port: settings.port, host: settings.host })
    links.base ||= url
  } catch (error) {
    stream.close()
    if (!options.engine) await engine.close()
    throw error
  }

  let closing: Promise<void> | undefined
  async function close(): Promise<void> {
    lifecycle.draining = true
    stream.close()
    const cut = setTimeout(() => server.server.closeAllConnections(), drainMs)
    await server.close()
    clearTimeout(cut)
    if (!options.engine) await engine.close()
  }
  return { url, engine, close: () => (closing ??= close()) }
}

async function openEngine(settings: Settings, log: Log): Promise<Engine> {
  return open({
    database: settings.databaseUrl,
    secretKey: settings.secretKey.reveal(),
    allowPrivate: settings.allowPrivate,
    extraCa: settings.extraCa === null ? [] : [await readFile(settings.extraCa, 'utf8')],
    defaultDialect: settings.defaultDialect,
    presets: presetsOf(settings),
    log,
  })
}

/** Every preset that can be applied. A broken one stops the start: file and line are in the error. */
function presetsOf(settings: Settings): Preset[] {
  const presets = loadPresets([builtInPresetFolder(), ...(settings.presets === null ? [] : [settings.presets])])
  checkSamples(presets)
  return presets
}

/** A listener that a slow or hostile client cannot hold: strict parser, small heads, short waits. */
function createListener(log: Log, lifecycle: Readonly<Lifecycle>, logsRequests: boolean): FastifyInstance {
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
  // Bodies stay bytes: what a payload says must come out as it came in.
  server.removeAllContentTypeParsers()
  server.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
  server.addHook('onRequest', (request, reply, done) => {
    reply.headers(apiHeaders).header('x-request-id', request.id)
    done()
  })
  // A client that keeps its connection would hold the drain up until it is cut.
  server.addHook('onSend', (_request, reply, _payload, done) => {
    if (lifecycle.draining) reply.header('connection', 'close')
    done()
  })
  if (logsRequests) {
    server.addHook('onResponse', (request, reply, done) => {
      log.debug(
        {
          requestId: request.id,
          method: request.method,
          path: pathOf(request),
          status: reply.statusCode,
          durationMs: Math.round(reply.elapsedTime * 10) / 10,
        },
        'request',
      )
      done()
    })
  }
  server.setErrorHandler(failureHandler(log))
  server.setNotFoundHandler(async () => {
    throw notFound()
  })
  return server
}

/** What the HTTP parser refuses never becomes a request; it is answered in the same shape all the same. */
function refuseConnection(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ERR_HTTP_REQUEST_TIMEOUT' && isUploading(socket)) return
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy()
    return
  }
  const [status, code, detail] =
    error.code === 'HPE_HEADER_OVERFLOW'
      ? [431, 'headers_too_large', 'The head of the request has more than 16 kB.']
      : error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
        ? [408, 'timeout', 'The request did not arrive in time.']
        : [400, 'bad_request', 'This is not a valid HTTP request.']
  const body = JSON.stringify({ code, detail })
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[Number(status)]}\r\ncontent-type: application/json; charset=utf-8\r\n` +
      `content-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
  )
}
