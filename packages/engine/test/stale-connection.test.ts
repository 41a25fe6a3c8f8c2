/**
 * C12: the receiver closes a connection that was open as the next request is sent on it. That request is sent once more, at once, on a
 * new connection, as an attempt of its own (I3), and the schedule of the endpoint is not touched.
 */
import { once } from 'node:events'
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Engine } from '../src/index.ts'
import { open } from '../src/open.ts'

const org = 'org_stale'
const ok = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok'

let server: Server
let engine: Engine
/** What is done with each request: its number on its connection, and that of the connection, both from 1. */
let onRequest: (socket: Socket, nth: number, connection: number) => void
/** Requests by connection. */
let seen: number[]

beforeEach(async () => {
  seen = []
  server = createServer((socket) => {
    const connection = seen.push(0)
    let text = ''
    socket.on('error', () => undefined)
    socket.on('data', (data) => {
      text += data.toString('latin1')
      for (let end = endOfRequest(text); end !== null; end = endOfRequest(text)) {
        text = text.slice(end)
        seen[connection - 1]! += 1
        onRequest(socket, seen[connection - 1]!, connection)
      }
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  engine = await open({ database: 'sqlite::memory:', threads: false, allowPrivate: ['127.0.0.0/8'] })
  await engine.applications.create(org, { uid: 'acme', name: 'Acme' })
})

afterEach(async () => {
  await engine.close({ graceMs: 0 })
  server.close()
})

function endOfRequest(text: string): number | null {
  const head = text.indexOf('\r\n\r\n')
  const length = Number(/\r\ncontent-length: (\d+)/i.exec(text.slice(0, head))?.[1] ?? 0)
  return head < 0 || text.length < head + 4 + length ? null : head + 4 + length
}

async function endpoint(more: object = {}): Promise<string> {
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`
  return (await engine.endpoints.create(org, 'acme', { url, retrySchedule: [], ...more })).id
}

/** Sends a message, waits until nothing is on its way, and answers its attempts, the first one first. */
async function sent(message: object = {}) {
  const { id } = await engine.send(org, 'acme', { eventType: 'a', payload: {}, ...message })
  await engine.idle()
  const { data } = await engine.attempts.list(org, 'acme', { message: id, order: 'ascending' })
  const [delivery] = await engine.messages.deliveries(org, 'acme', id)
  return {
    state: delivery?.state,
    attempts: data.map(({ attempt, result, error, nextAttemptAt }) => ({
      attempt,
      result,
      error: error?.code ?? null,
      isRepeated: nextAttemptAt !== null,
    })),
  }
}

const reset = { result: 'failed', error: 'connection_reset', isRepeated: true }
const success = { result: 'success', error: null, isRepeated: false }
/** The second request on a connection meets its end; everything else is answered. */
const closesIdle = (socket: Socket, nth: number) => void (nth === 1 ? socket.write(ok) : socket.resetAndDestroy())

describe('a connection that ends as the second request is sent on it', () => {
  test.each<[string, (socket: Socket) => void]>([
    ['a reset', (socket) => socket.resetAndDestroy()],
    ['an orderly end', (socket) => socket.end()],
    ['a close', (socket) => socket.destroy()],
  ])('%s: the request arrives on a new one, with no retry allowed', async (_, end) => {
    onRequest = (socket, nth) => (nth === 1 ? void socket.write(ok) : end(socket))
    const id = await endpoint()
    expect(await sent()).toEqual({ state: 'success', attempts: [{ attempt: 1, ...success }] })
    expect(await sent()).toEqual({
      state: 'success',
      attempts: [
        { attempt: 1, ...reset },
        { attempt: 2, ...success },
      ],
    })
    expect(seen).toEqual([2, 1])
    expect(await engine.endpoints.get(org, 'acme', id)).toMatchObject({ failingSince: null, hold: null })
  })

  test('of several open ones, the next is not tried: it may be closing too', async () => {
    const held: Socket[] = []
    onRequest = (socket) => void held.push(socket)
    await endpoint()
    const messages = Promise.all([sent(), sent(), sent()])
    await expect.poll(() => held.length).toBe(3)
    for (const socket of held) socket.write(ok)
    await messages
    onRequest = closesIdle
    expect((await sent()).attempts).toHaveLength(2)
    expect(seen).toEqual([expect.any(Number), expect.any(Number), expect.any(Number), 1])
    expect(seen.slice(0, 3).toSorted((a, b) => a - b)).toEqual([1, 1, 2])
  })

  test('it happens once in a row: a new connection that ends is a failure by the schedule', async () => {
    onRequest = (socket, nth, connection) =>
      void (nth === 1 && connection === 1 ? socket.write(ok) : socket.resetAndDestroy())
    await endpoint()
    await sent()
    expect(await sent()).toEqual({
      state: 'failed',
      attempts: [
        { attempt: 1, ...reset },
        { attempt: 2, result: 'exhausted', error: 'connection_reset', isRepeated: false },
      ],
    })
    expect(seen).toEqual([2, 1])
  })

  test('it uses no wait of the schedule', async () => {
    onRequest = (socket, nth, connection) =>
      void (connection === 2 || nth > 1 ? socket.resetAndDestroy() : socket.write(ok))
    await endpoint({ retrySchedule: [1] })
    await sent()
    const { id } = await engine.send(org, 'acme', { eventType: 'a', payload: {} })
    const results = async () =>
      (await engine.attempts.list(org, 'acme', { message: id })).data.map(({ result }) => result)
    await expect.poll(results).toEqual(['success', 'failed', 'failed'])
  })

  test('a batch goes again as the same batch', async () => {
    onRequest = closesIdle
    const params = { accountId: '1', apiSpaceId: 'space' }
    const batch = { maxMessages: 2, maxWaitSeconds: 1 }
    await endpoint({ dialect: 'comapi', secret: 'a secret of twenty characters', params, batch })
    await Promise.all([sent(), sent()])
    const answers = await Promise.all([sent(), sent()])
    for (const { state, attempts } of answers) {
      expect(state).toBe('success')
      expect(attempts.map(({ result }) => result)).toEqual(['failed', 'success'])
    }
    expect(seen).toEqual([2, 1])
  })
})

describe('what is an ordinary failure', () => {
  test.each<[string, (socket: Socket, nth: number) => void]>([
    ['the end of a connection that is new', (socket) => socket.resetAndDestroy()],
    [
      'a byte of an answer, and then the end',
      (socket, nth) => (nth === 1 ? void socket.write(ok) : void socket.end('H')),
    ],
    [
      'an interim response, and then the end',
      (socket, nth) => (nth === 1 ? void socket.write(ok) : void socket.end('HTTP/1.1 103 Early Hints\r\n\r\n')),
    ],
  ])('%s', async (_, answer) => {
    onRequest = answer
    await endpoint()
    await sent()
    const { attempts } = await sent()
    expect(attempts.map(({ result }) => result)).toEqual(['exhausted'])
  })
})
