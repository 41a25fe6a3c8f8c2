import { routes, type Route } from '@posthorn/api'
import type { Engine, Log } from '@posthorn/engine'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import * as z from 'zod'
import { authorize, ownApplication } from '../auth/authorize.ts'
import type { Caller } from '../auth/caller.ts'
import type { Authenticate } from '../auth/tokens.ts'
import type { LogStream } from '../log/stream.ts'
import { readJson, requireJsonType, type JsonBody } from './body.ts'
import type { Handlers, IncomingFile } from './handler.ts'
import { discardRest, incomingFile, wholeBody } from './incoming-file.ts'
import { IdempotencyKey, type Answered } from './idempotency.ts'
import { invalidField } from './refusal.ts'
import { JsonText, Reply } from './reply.ts'
import { apiHeaders } from './security.ts'
import { validate } from './validate.ts'

export interface Mounting {
  readonly engine: Engine
  readonly log: Log
  readonly authenticate: Authenticate
  readonly handlers: Handlers
  readonly stream: LogStream
}

/** A handler as the loop over the rows sees it: what the row says was checked, so the types of the record hold. */
type AnyHandler = (call: {
  engine: Engine
  caller: Caller
  org: string
  params: Record<string, string>
  query: unknown
  body: unknown
  raw: string | null
  file: IncomingFile | null
  once: (render: (result: unknown) => unknown, restore?: Restore) => object
}) => Promise<unknown>

/** Makes the answer to a repeat whole again. */
type Restore = (text: string) => Promise<string>

const nobody: Caller = { org: '', actor: '', app: null, scopes: new Set(), expiresAt: null }

declare module 'fastify' {
  interface FastifyRequest {
    /** Who asks; set before a handler of an operation that is not public. */
    caller?: Caller
  }
}

/** Puts every row of the contract on the server. */
export function mountRoutes(server: FastifyInstance, mounting: Mounting): void {
  server.decorateRequest('caller')
  const rows = routes as readonly Route[]
  for (const route of rows) if (!route.file) mountRoute(server, route, mounting)
  // In a part of their own, where a body is not read before its handler asks for it.
  server.register((part, _, done) => {
    part.removeAllContentTypeParsers()
    part.addContentTypeParser('*', (_request, _body, parsed) => parsed(null, undefined))
    for (const route of rows) if (route.file) mountRoute(part, route, mounting)
    done()
  })
}

function mountRoute(server: FastifyInstance, route: Route, mounting: Mounting): void {
  server.route({
    method: route.method,
    url: route.path.replace(/\{(\w+)\}/g, ':$1'),
    // Before a byte of the body is read.
    ...(route.access === 'public' ? {} : { onRequest: gate(route, mounting.authenticate) }),
    handler: route.stream ? streamHandler(mounting) : operationHandler(route, mounting),
  })
}

function gate(route: Route, authenticate: Authenticate) {
  return async (request: FastifyRequest): Promise<void> => {
    const caller = await authenticate(request.headers.authorization)
    authorize(route, caller)
    request.caller = caller
  }
}

function operationHandler(route: Route, { engine, handlers }: Mounting) {
  const handler = handlers[route.operationId as keyof Handlers] as unknown as AnyHandler
  const bodySchema = route.body && route.rawMember ? withoutMember(route.body, route.rawMember) : route.body
  const named = route.path.includes('{app_id}')

  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const { caller = nobody } = request
    const query: unknown = route.query ? validate(route.query, request.query, 'query') : {}
    const params = request.params as Record<string, string>
    checkParams(params)
    if (named && caller.app !== null) {
      params['app_id'] = await ownApplication(engine, { ...caller, app: caller.app }, params['app_id']!)
    }
    // Last: a file has a clock of its own, which nothing that is refused here should start.
    const file = route.file ? incomingFile(request) : null
    if (route.file && !file) request.body = await wholeBody(request)
    const { value, raw } = route.body && !file ? bodyOf(route, request) : { value: undefined, raw: null }
    const body: unknown = bodySchema && !file ? validate(bodySchema, value, 'body') : undefined
    const key = keyOf(route, caller, request)
    let restore: Restore | undefined
    try {
      const answer = await handler({
        engine,
        caller,
        org: caller.org,
        params,
        query,
        body,
        raw,
        file,
        once: (render, restoring) => {
          restore = restoring
          return {
            ...key?.writeOptions((result) => rendered(route, render(result))),
            actor: caller.actor,
          }
        },
      })
      return send(reply, rendered(route, answer), route.contentType)
    } catch (error) {
      if (file) discardRest(request, reply)
      const before = key?.replayOf(error)
      if (!before) throw error
      const text = restore ? await restore(before.text) : before.text
      return send(reply.header('idempotent-replayed', 'true'), { ...before, text })
    }
  }
}

function streamHandler({ stream }: Mounting) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    stream.open(request.caller ?? nobody, reply.raw, { ...apiHeaders, 'x-request-id': request.id })
    return reply.hijack()
  }
}

/** The schema of a body whose raw member was cut out: `null` stands in its place. */
function withoutMember(schema: z.ZodObject, member: string): z.ZodObject {
  return schema.extend({ [member]: z.null().optional() })
}

function bodyOf(route: Route, request: FastifyRequest): JsonBody {
  const bytes = request.body as Buffer | undefined
  if (bytes === undefined || bytes.length === 0) {
    if (route.bodyOptional) return { value: {}, raw: null }
    throw invalidField(
      ['body'],
      'There is no body. Send a JSON object with Content-Type: application/json.',
      'value_error.missing',
    )
  }
  requireJsonType(request.headers['content-type'], request.headers['content-encoding'])
  return readJson(bytes, route.rawMember ?? null)
}

/** What cannot be an id is not sent to the store: control characters, or an empty piece of a path. */
function checkParams(params: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(params)) {
    // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
    if (value === '' || value.length > 256 || /[\u0000-\u001f\u007f]/.test(value)) {
      throw invalidField(['path', name], `\`${name}\` in the path is not an id.`)
    }
  }
}

function keyOf(route: Route, caller: Caller, request: FastifyRequest): IdempotencyKey | null {
  const key = request.headers['idempotency-key']
  if (key === undefined || route.method !== 'POST') return null
  const [path = '', query = ''] = request.url.split('?', 2)
  return new IdempotencyKey(caller, {
    path: path.replace(/\/+$/, ''),
    query,
    body: request.body as Buffer | undefined,
    key: Array.isArray(key) ? key.join(',') : key,
  })
}

function rendered(route: Route, answer: unknown): Answered {
  const status = answer instanceof Reply ? answer.status : route.status
  const body: unknown = answer instanceof Reply ? answer.body : answer
  if (route.response === null) return { status, text: '' }
  if (route.contentType) return { status, text: String(body) }
  return { status, text: body instanceof JsonText ? body.text : JSON.stringify(body) }
}

function send(
  reply: FastifyReply,
  { status, text }: Answered,
  contentType = 'application/json; charset=utf-8',
): FastifyReply {
  reply.code(status)
  if (text === '') return reply.send()
  return reply.header('content-type', contentType).send(text)
}
