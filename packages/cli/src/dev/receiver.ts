import { createServer as createHttp, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { createServer as createHttps } from 'node:https'
import type { AddressInfo } from 'node:net'
import { dialect, verify, type CompiledDialect, type VerifyResult } from '@posthorn/wire'
import { CliError } from '../process/cli-error.ts'
import { exitCodes } from '../process/exit-codes.ts'

/** What the receiver expects at one path: the dialect and the secret. */
interface Inbox {
  readonly dialect: string
  /** `null`: unsigned. */
  readonly secret: string | null
  /** Reads the current secret, which may have been replaced. */
  readonly currentSecret: () => Promise<string | null>
}

/** One request that was verified and answered. */
export interface Received {
  /** First part of the path. */
  readonly inbox: string
  readonly result: VerifyResult
  readonly status: number
  readonly durationMs: number
}

export interface Receiver {
  readonly httpUrl: string
  readonly httpsUrl: string
  /** Inboxes by name; filled when the endpoints are known. */
  readonly inboxes: Map<string, Inbox>
  close(): Promise<void>
}

export interface ReceiverOptions {
  readonly httpPort: number
  readonly httpsPort: number
  readonly certificate: string
  readonly key: string
  readonly now: () => number
  readonly onReceived: (received: Received) => void
}

const MAX_BODY_BYTES = 5_000_000

/** The built-in receiver: verifies each request in the dialect of its inbox, and answers as the vendor's documentation says. */
export async function startReceiver(options: ReceiverOptions): Promise<Receiver> {
  const inboxes = new Map<string, Inbox>()
  const handle = (request: IncomingMessage, response: ServerResponse) => {
    receive(request, response, inboxes, options).catch(() => response.destroy())
  }
  const http = createHttp(handle)
  const https = createHttps({ cert: options.certificate, key: options.key }, handle)
  const httpPort = await listen(http, options.httpPort)
  const httpsPort = await listen(https, options.httpsPort).catch(async (error: unknown) => {
    await stop(http)
    throw error
  })
  return {
    httpUrl: `http://127.0.0.1:${httpPort}`,
    httpsUrl: `https://127.0.0.1:${httpsPort}`,
    inboxes,
    close: async () => void (await Promise.all([stop(http), stop(https)])),
  }
}

async function receive(
  request: IncomingMessage,
  response: ServerResponse,
  inboxes: Map<string, Inbox>,
  options: ReceiverOptions,
): Promise<void> {
  const startedAt = performance.now()
  const name = new URL(request.url ?? '/', 'http://receiver').pathname.split('/')[1] ?? ''
  const inbox = inboxes.get(name)
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request) {
    size += (chunk as Buffer).length
    if (size > MAX_BODY_BYTES) return void response.writeHead(413).end()
    chunks.push(chunk as Buffer)
  }
  if (inbox === undefined) {
    const known = [...inboxes.keys()].map((key) => `/${key}`).join(' ')
    return void response
      .writeHead(404, { 'content-type': 'text/plain' })
      .end(`This is the receiver of posthorn dev. Its inboxes: ${known}\n`)
  }
  const compiled = dialect(inbox.dialect)
  if (request.method !== compiled.dialect.request.method) {
    const text = `This inbox takes ${compiled.dialect.title} webhooks, by ${compiled.dialect.request.method}.\n`
    return void response.writeHead(request.method === 'GET' ? 200 : 405, { 'content-type': 'text/plain' }).end(text)
  }
  const scheme = 'encrypted' in request.socket ? 'https' : 'http'
  const given = {
    method: request.method,
    url: `${scheme}://${request.headers.host ?? ''}${request.url ?? '/'}`,
    headers: headerPairs(request),
    body: Buffer.concat(chunks),
  }
  let result = await verify(given, { dialect: compiled, secret: inbox.secret, now: options.now() })
  if (!result.ok) {
    const secret = await inbox.currentSecret()
    if (secret !== inbox.secret) {
      inboxes.set(name, { ...inbox, secret })
      result = await verify(given, { dialect: compiled, secret, now: options.now() })
    }
  }
  const reply = replyTo(result, compiled)
  response.on('finish', () => {
    options.onReceived({
      inbox: name,
      result,
      status: reply.status,
      durationMs: Math.round(performance.now() - startedAt),
    })
  })
  response.writeHead(reply.status, reply.body === undefined ? {} : { 'content-type': 'text/plain' }).end(reply.body)
}

/** The response that the vendor's documentation asks for. */
function replyTo(result: VerifyResult, { dialect: { receive } }: CompiledDialect): { status: number; body?: string } {
  const replies = receive?.replies ?? {}
  if (result.ok) return replies.accepted ?? { status: 200 }
  const documented =
    result.code === 'missing_header'
      ? replies.unsigned
      : result.code === 'malformed_body'
        ? replies.malformed
        : replies.refused
  return { status: result.status, body: documented?.body ?? result.message }
}

function headerPairs(request: IncomingMessage): [name: string, value: string][] {
  const raw = request.rawHeaders
  return raw.flatMap((name, index) =>
    index % 2 === 0 ? [[name, raw[index + 1] ?? ''] satisfies [string, string]] : [],
  )
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      reject(
        new CliError(
          error.code === 'EADDRINUSE'
            ? `port ${port}, for the built-in receiver, is in use by another program.`
            : `the built-in receiver cannot listen on port ${port}: ${error.message}`,
          'Use other ports: --receiver-port PORT (https uses the next one), or --receiver-port 0 for free ones.',
          exitCodes.unable,
        ),
      )
    })
    server.listen(port, '127.0.0.1', () => resolve((server.address() as AddressInfo).port))
  })
}

function stop(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
}
