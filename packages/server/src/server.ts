import { openApiDocument } from '@posthorn/api'
import { descriptorShares, type Engine, type Log } from '@posthorn/engine'
import { authenticator } from './auth/authenticate.ts'
import { handlersFor } from './handlers.ts'
import { mostOfOneAddress } from './http/connections.ts'
import { createListener } from './http/listener.ts'
import { mountRoutes } from './http/mount.ts'
import type { Lifecycle } from './lifecycle.ts'
import { mountLivePage } from './live-page.ts'
import { maxReaders, openLogStream } from './log/stream.ts'
import { openEngine } from './open-engine.ts'
import { mountFiles } from './operations/files.ts'
import type { Links } from './operations/links.ts'
import { createLog } from './program-log.ts'
import type { Settings } from './settings/index.ts'

export interface ServerOptions {
  readonly settings: Settings
  /** An engine that is open already; it stays open when the server closes. */
  readonly engine?: Engine
  readonly log?: Log
}

export interface RunningServer {
  /** `http://127.0.0.1:8071`, with the port that the listener got. */
  readonly url: string
  readonly engine: Engine
  /** Takes no new requests, answers those that have arrived, and closes the engine if it opened it. `/readyz` says so meanwhile. */
  close(): Promise<void>
}

/** Connections that are still busy after this are cut. */
const drainMs = 10_000

/** Opens the engine, unless one is given, and listens. */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const { settings } = options
  const ownLog = options.log ? null : createLog(settings.logLevel)
  const log = options.log ?? ownLog!
  if (settings.ignored.length > 0)
    log.info(
      { ignored: settings.ignored },
      'variables that Kubernetes sets for a Service named posthorn are no settings',
    )
  const engine = options.engine ?? (await openEngine(settings, log))
  const lifecycle: Lifecycle = { draining: false }
  const links: Links = { base: settings.publicUrl ?? '' }
  const { incoming } = descriptorShares()
  // Readers keep their connections. Behind one proxy all have its address, so half of one address is left to requests.
  const stream = openLogStream(engine, log, Math.min(maxReaders, Math.ceil(mostOfOneAddress(incoming) / 2)))
  const logsRequests = settings.logLevel === 'trace' || settings.logLevel === 'debug'
  const server = createListener(log, lifecycle, logsRequests, incoming, settings.allowedOrigins)
  mountRoutes(server, {
    engine,
    stream,
    heldAsDisabled: settings.heldAsDisabled,
    authenticate: authenticator(settings.jwtSecret),
    handlers: handlersFor(lifecycle, links, () => ownLog?.trouble() ?? null),
  })
  mountLivePage(server)
  mountFiles(server, engine)
  const openApi = JSON.stringify(openApiDocument())
  server.route({
    method: ['GET', 'HEAD'],
    url: '/api/v1/openapi.json',
    handler: async (_, reply) => reply.header('content-type', 'application/json; charset=utf-8').send(openApi),
  })

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
    await ownLog?.close()
  }
  return { url, engine, close: () => (closing ??= close()) }
}
