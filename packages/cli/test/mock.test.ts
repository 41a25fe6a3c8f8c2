import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { localReceiver, type LocalReceiver } from './local-receiver.ts'
import { startLogServer, type LogServer } from './log-server.ts'
import { posthorn } from './memory-io.ts'

let server: LogServer
let good: LocalReceiver
let busy: LocalReceiver
const run = (...args: string[]) => posthorn(args, { env: server.env })

beforeAll(async () => {
  server = await startLogServer()
  good = await localReceiver({ body: 'thanks\u001b[2J' })
  busy = await localReceiver({ status: 503 })
  const { client } = server
  const { id } = await client.application.create({ body: { name: 'Acme', uid: 'acme' } })
  const params = { app_id: id }
  await client.preset.apply({ params, body: { name: 'signinapp' } })
  // An application sees the event types of its own preset and of the organisation, and not those of this one.
  await client.application.create({ body: { name: 'Fleet', uid: 'fleet' } })
  await client.preset.apply({ params: { app_id: 'fleet' }, body: { name: 'scalefusion' } })
  await client.eventType.create({ body: { name: 'bare.one' } })
  await client.endpoint.create({ params, body: { uid: 'good', url: `${good.url}/in` } })
  await client.endpoint.create({ params, body: { uid: 'busy', url: busy.url } })
  await client.endpoint.create({ params, body: { uid: 'dead', url: 'http://127.0.0.1:1/' } })
})
afterAll(async () => {
  await good[Symbol.asyncDispose]()
  await busy[Symbol.asyncDispose]()
  await server[Symbol.asyncDispose]()
})

describe('posthorn mock', () => {
  test('shows request and response, and is in no log', async () => {
    const { code, out } = await run('mock', 'acme', 'good', 'visitor.signin', '--set', 'visitor.name=Ada')
    expect(code).toBe(0)
    expect(out).toMatch(/^POST http:\/\/127\.0\.0\.1:\d+\/in\n/)
    expect(out).toMatch(/\n\n200 in \d+ ms\n[^]*\n\nthanks\\x1b\[2J\n$/)
    expect(good.got.at(-1)?.body.toString()).toContain('"name":"Ada"')
    expect(out).toContain('"name":"Ada"')
    expect((await server.client.log.list({ params: { app_id: 'acme' } })).data).toEqual([])
  })

  test('sends a payload byte for byte', async () => {
    const payload = '{"amount": 2432232314.10}'
    expect(await run('mock', 'acme', 'good', 'bare.one', '--payload', payload)).toMatchObject({ code: 0 })
    expect(good.got.at(-1)?.body.toString()).toContain('2432232314.10')
  })

  test('ends with 1 if the response is not a 2xx', async () => {
    expect(await run('mock', 'acme', 'busy', 'visitor.signin')).toMatchObject({
      code: 1,
      out: expect.stringMatching(/\n503 in \d+ ms\n/),
    })
    expect(await run('mock', 'acme', 'dead', 'visitor.signin')).toMatchObject({
      code: 1,
      out: expect.stringMatching(/\nno answer after \d+ ms: .*\(connection_refused\)\n/),
    })
    const { code, out } = await run('mock', 'acme', 'busy', 'visitor.signin', '--json')
    expect(code).toBe(1)
    expect(JSON.parse(out)).toMatchObject({ response: { status: 503 }, request: { method: 'POST' } })
  })

  test.each([
    [['mock', 'acme', 'good', 'visitor.signin', '--set', 'visitor.nmae=x'], /has no such member/],
    [['mock', 'acme', 'good', 'bare.one', '--set', 'a=1'], /has no sample that --set could change/],
    [['mock', 'acme', 'good', 'visitor.signin', '--payload', '[]'], /not a JSON object/],
    [['mock', 'acme', 'good', 'device.unenrolled'], /There is no event type "device\.unenrolled"/],
    [['mock', 'acme', 'nowhere', 'visitor.signin'], /no endpoint "nowhere"/],
  ])('refuses %j', async (args, message) => {
    expect(await run(...args)).toMatchObject({ code: 2, out: '', err: expect.stringMatching(message) })
  })
})

describe('posthorn test', () => {
  test('lists the steps with their marks, then shows the test message', async () => {
    const { code, out } = await run('test', 'acme', 'good')
    expect(code).toBe(0)
    expect(out).toMatch(
      /^✓ address .*\n[-✓] dns .*\n✓ connect .*\n- tls .*\n✓ redirect .*\n\nanswered by +127\.0\.0\.1/,
    )
    expect(out).toMatch(/\nTest message, [\w.]+\nPOST http:[^]*\n\n200 in \d+ ms\n/)
    expect((await server.client.log.list({ params: { app_id: 'acme' } })).data).toEqual([])
  })

  test('says which step failed', async () => {
    const { code, out } = await run('test', 'acme', 'dead')
    expect(code).toBe(1)
    expect(out).toMatch(/\n✗ connect .*refused.*\n- tls .*not tried.*\n- redirect /)
    expect(out).toMatch(/\nThe test message was not sent\.\n$/)
    expect(JSON.parse((await run('test', 'acme', 'dead', '--json')).out)).toMatchObject({ ok: false, message: null })
  })

  test('a receiver that refuses the message', async () => {
    expect(await run('test', 'acme', 'busy')).toMatchObject({
      code: 1,
      out: expect.stringMatching(/\n503 in \d+ ms\n/),
    })
  })
})
