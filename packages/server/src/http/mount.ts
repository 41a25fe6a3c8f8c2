import { routes, type Route } from '@posthorn/api'
import type { Engine } from '@posthorn/engine'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { authorize } from '../auth/authorize.ts'
import type { Caller } from '../auth/caller.ts'
import type { Authenticate } from '../auth/authenticate.ts'
import type { LogStream } from '../log/stream.ts'
import { answer, send, type AnyHandler } from './answer.ts'
import type { Handlers } from './handler.ts'
import { discardRest } from './incoming-file.ts'
import { callReader } from './read-call.ts'

export interface RouteParts {
  readonly engine: Engine
  readonly authenticate: Authenticate
  readonly handlers: Handlers
  readonly stream: LogStream
  /** Endpoints that are held are shown as disabled. */
  readonly heldAsDisabled: boolean
}

/** The caller of a public operation. */
const anonymous: Caller = { org: '', actor: '', app: null, scopes: new Set(), expiresAt: null }

declare module 'fastify' {
  interface FastifyRequest {
    /** Set by `checkToken`, before the handler of every operation that is not public. */
    caller?: Caller
  }
}

/** Puts every row of the contract on the server. */
export function mountRoutes(server: FastifyInstance, parts: RouteParts): void {
  server.decorateRequest('caller')
  const rows = routes as readonly Route[]
  for (const route of rows) if (!route.file) mountRoute(server, route, parts)
  // Routes that take files are registered apart, where no parser reads a body before the handler asks for it.
  server.register((part, _, done) => {
    part.removeAllContentTypeParsers()
    part.addContentTypeParser('*', (_request, _body, parsed) => parsed(null, undefined))
    for (const route of rows) if (route.file) mountRoute(part, route, parts)
    done()
  })
}

function mountRoute(server: FastifyInstance, route: Route, parts: RouteParts): void {
  server.route({
    // Node sends no body to a HEAD.
    method: route.method === 'GET' ? ['GET', 'HEAD'] : route.method,
    url: route.path.replace(/\{(\w+)\}/g, ':$1'),
    // `onRequest` runs before a byte of the body is read.
    onRequest: [
      ...(route.body || route.file ? [] : [ignoreContentType]),
      ...(route.access === 'public' ? [] : [checkToken(route, parts.authenticate)]),
    ],
    handler: route.stream ? streamHandler(parts) : operationHandler(route, parts),
  })
}

/** Clients send it with every request. Where no body is read it says nothing, whatever it is. */
async function ignoreContentType({ raw }: FastifyRequest): Promise<void> {
  delete raw.headers['content-type']
}

function checkToken(route: Route, authenticate: Authenticate) {
  return async (request: FastifyRequest): Promise<void> => {
    const caller = await authenticate(request.headers.authorization)
    authorize(route, caller)
    request.caller = caller
  }
}

function operationHandler(route: Route, { engine, handlers, heldAsDisabled }: RouteParts) {
  const handler = handlers[route.operationId as keyof Handlers] as AnyHandler
  const readCall = callReader(route, heldAsDisabled)

  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const call = await readCall(engine, request.caller ?? anonymous, request)
    const answered = await answer(route, handler, call).catch((error: unknown) => {
      if (call.file) discardRest(request, reply)
      throw error
    })
    return send(reply, answered, route.contentType)
  }
}

function streamHandler({ engine, stream }: RouteParts) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const { org, app } = request.caller ?? anonymous
    if (app !== null) await engine.applications.get(org, app)
    // It would have no end.
    if (request.method === 'HEAD') return reply.header('content-type', 'text/event-stream').send()
    stream.open(request.caller ?? anonymous, reply.raw, reply.getHeaders() as Record<string, string>)
    return reply.hijack()
  }
}
