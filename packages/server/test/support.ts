import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Log } from '@posthorn/engine'
import { onTestFinished } from 'vitest'
import { mintToken, readSettings, startServer, type RunningServer, type TokenInput } from '../src/index.ts'

export const jwtSecret = 'jwt-secret-of-the-tests-0123456789'
export const secretKey = Buffer.alloc(32, 7).toString('base64')

export const token = (input: TokenInput): Promise<string> => mintToken(jwtSecret, input)

const silent: Log = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
}

/** A server on a free port with an engine that keeps nothing; endpoints may be on this machine. */
export async function startTestServer(env: Record<string, string> = {}, log: Log = silent): Promise<RunningServer> {
  const settings = readSettings({
    POSTHORN_PORT: '0',
    POSTHORN_DATABASE_URL: 'sqlite::memory:',
    POSTHORN_JWT_SECRET: jwtSecret,
    POSTHORN_SECRET_KEY: secretKey,
    POSTHORN_ALLOW_PRIVATE: '127.0.0.0/8',
    ...env,
  })
  return startServer({ settings, log })
}

export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  readonly json: unknown
}

export interface RequestOptions {
  readonly token?: string
  readonly headers?: Record<string, string>
  readonly body?: string | object
}

/** One request with the bytes that are given. */
export async function request(
  base: string,
  method: string,
  path: string,
  options: RequestOptions = {},
): Promise<Answer> {
  const headers: Record<string, string> = {}
  if (options.token !== undefined) headers['authorization'] = `Bearer ${options.token}`
  if (options.body !== undefined) headers['content-type'] = 'application/json'
  const response = await fetch(base + path, {
    method,
    headers: { ...headers, ...options.headers },
    ...(options.body === undefined
      ? {}
      : { body: typeof options.body === 'string' ? options.body : JSON.stringify(options.body) }),
  })
  const text = await response.text()
  return { status: response.status, headers: response.headers, text, json: parse(text) }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

export interface Received {
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

interface Reply {
  readonly status: number
  readonly body: string
}

export interface Receiver {
  readonly url: string
  readonly received: Received[]
  /** What is answered from now on; a function is given the number of the request, from 1. */
  answer: Reply | ((nth: number) => Reply)
}

/** A receiver on this machine that keeps what it was sent. Ends with the test. */
export async function startReceiver(): Promise<Receiver> {
  const received: Received[] = []
  const server = createServer((incoming, outgoing) => {
    const chunks: Buffer[] = []
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
    incoming.on('end', () => {
      received.push({ headers: incoming.headers, body: Buffer.concat(chunks).toString('utf8') })
      const { answer } = receiver
      const { status, body } = typeof answer === 'function' ? answer(received.length) : answer
      outgoing.writeHead(status, { 'content-type': 'text/plain' }).end(body)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const receiver: Receiver = { url: `http://127.0.0.1:${port}/hook`, received, answer: { status: 200, body: 'thanks' } }
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return receiver
}
