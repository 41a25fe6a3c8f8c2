import { createServer, get, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Attempt, Engine, EngineEvents } from '@posthorn/engine'
import { expect, it, onTestFinished, vi } from 'vitest'
import { Refusal } from '../http/refusal.ts'
import { openLogStream } from './stream.ts'

const attempt: Attempt = {
  id: 'atmpt_1',
  org: 'org_1',
  app: 'app_1',
  message: 'msg_1',
  requestId: 'msg_1',
  channels: null,
  tags: null,
  eventType: 'a.b',
  endpoint: 'ep_1',
  url: `https://example.com/${'x'.repeat(2000)}`,
  attempt: 1,
  batch: null,
  result: 'success',
  trigger: 'scheduled',
  code: 200,
  error: null,
  startedAt: 0,
  durationMs: 1,
  nextAttemptAt: null,
  request: null,
  response: null,
  remoteAddress: null,
}

it('cuts off a reader that does not keep up, and only that one', async () => {
  let tell: EngineEvents['attempt'] = () => undefined
  // Only what the stream asks of an engine.
  const engine = {
    on: (_: string, listener: EngineEvents['attempt']) => {
      tell = listener
      return () => undefined
    },
  } as unknown as Engine
  const warn = vi.fn<(fields: object, text: string) => void>()
  const stream = openLogStream(engine, { debug: warn, info: warn, warn, error: warn })
  const server = createServer((_, response) =>
    stream.open({ org: 'org_1', actor: 'org_1', app: null, scopes: null, expiresAt: null }, response, {}),
  )
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    stream.close()
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  const open = () => new Promise<IncomingMessage>((resolve) => get({ port, host: '127.0.0.1', agent: false }, resolve))
  const slow = await open()
  slow.pause()
  const fast = await open()
  let bytes = 0
  let fastEnded = false
  fast.on('data', (chunk: Buffer) => (bytes += chunk.length))
  fast.on('close', () => (fastEnded = true))

  for (let count = 0; count < 20_000 && warn.mock.calls.length === 0; count++) {
    tell(attempt)
    if (count % 20 === 0) await new Promise((resolve) => setImmediate(resolve))
  }
  expect(warn).toHaveBeenCalledTimes(1)
  const before = bytes
  tell(attempt)
  await expect.poll(() => bytes).toBeGreaterThan(before)
  expect(fastEnded).toBe(false)
})

it('when all places are taken, an organisation without one gets one, and one with its share gets a 503', async () => {
  const engine = { on: () => () => undefined } as unknown as Engine
  const quiet = () => undefined
  const stream = openLogStream(engine, { debug: quiet, info: quiet, warn: quiet, error: quiet }, 4)
  const server = createServer((request, response) => {
    const caller = { org: request.url!.slice(1), actor: '', app: null, scopes: null, expiresAt: null }
    try {
      stream.open(caller, response, {})
    } catch (error) {
      response.writeHead(error instanceof Refusal ? error.status : 500).end()
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    stream.close()
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  const open = async (org: string) => {
    const reader = await new Promise<IncomingMessage>((resolve) =>
      get({ port, host: '127.0.0.1', path: `/${org}`, agent: false }, resolve),
    )
    const ended = new Promise((resolve) => reader.resume().once('close', resolve))
    return { status: reader.statusCode, ended }
  }
  const first = []
  for (let nth = 0; nth < 4; nth++) first.push(await open('org_1'))
  expect((await open('org_1')).status).toBe(503)
  expect((await open('org_2')).status).toBe(200)
  await first.at(-1)!.ended
  expect((await open('org_3')).status).toBe(200)
  expect((await open('org_1')).status).toBe(503)
})

it('sends no ids, which would promise that Last-Event-ID is honoured', async () => {
  let tell: EngineEvents['attempt'] = () => undefined
  const engine = {
    on: (_: string, listener: EngineEvents['attempt']) => {
      tell = listener
      return () => undefined
    },
  } as unknown as Engine
  const quiet = () => undefined
  const stream = openLogStream(engine, { debug: quiet, info: quiet, warn: quiet, error: quiet })
  let text = ''
  const response = {
    writeHead: quiet,
    on: quiet,
    once: quiet,
    end: quiet,
    writableLength: 0,
    write: (part: string) => (text += part),
  }
  const caller = { org: 'org_1', actor: 'org_1', app: null, scopes: null, expiresAt: null }
  stream.open(caller, response as unknown as ServerResponse, {})
  tell(attempt)
  stream.close()
  expect(text).toMatch(/\n\nevent: attempt\ndata: \{"id":"atmpt_1",.*\}\n\n$/)
  expect(text).not.toMatch(/^id:/m)
})
