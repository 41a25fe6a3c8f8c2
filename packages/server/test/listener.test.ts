import { Writable } from 'node:stream'
import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startServer, type RunningServer } from '../src/index.ts'
import { raw } from './raw-request.ts'
import { jwtSecret, request, secretKey, startReceiver, startTestServer, token } from './support.ts'

let server: RunningServer

beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.close())

describe('the listener', () => {
  it.each([
    [
      'both lengths (CL.TE)',
      'POST /livez HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    ],
    [
      'both lengths (TE.CL)',
      'POST /livez HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n',
    ],
    ['two lengths', 'POST /livez HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nContent-Length: 5\r\n\r\nabcd'],
    ['an odd transfer encoding', 'POST /livez HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: xchunked\r\n\r\n'],
    ['a folded header', 'GET /livez HTTP/1.1\r\nHost: x\r\nX-A: 1\r\n folded\r\n\r\n'],
    ['bare line feeds', 'GET /livez HTTP/1.1\nHost: x\n\n'],
    ['a space before the colon', 'GET /livez HTTP/1.1\r\nHost : x\r\n\r\n'],
    ['no host', 'GET /livez HTTP/1.1\r\n\r\n'],
  ])('refuses %s', async (_, bytes) => {
    expect(await raw(server.url, bytes)).toMatch(/^HTTP\/1\.1 400 /)
  })

  it.each(['200-ok', '100-continue, x', 'x', ''])('ignores what it is expected to do: Expect: %s', async (expected) => {
    const close = 'Connection: close\r\n\r\n'
    const get = await raw(server.url, `GET /livez HTTP/1.1\r\nHost: x\r\nExpect: ${expected}\r\n${close}`)
    expect(get).toMatch(/HTTP\/1\.1 200 /)
    const post = await raw(
      server.url,
      `POST /api/v1/app HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${await token({ subject: 'org_1' })}\r\nExpect: ${expected}\r\nContent-Type: application/json\r\nContent-Length: 12\r\n${close}{"name":"x"}`,
    )
    expect(post).toMatch(/HTTP\/1\.1 201 /)
  })

  it.each(['x', '', 'application/xml', '/', 'application/json; charset=utf-16'])(
    'ignores the content type %j of an operation without a body, and refuses it beside one',
    async (type) => {
      const bearer = await token({ subject: 'org_types' })
      const headers = { 'content-type': type }
      await request(server.url, 'PUT', '/api/v1/app/typed', { token: bearer, body: { name: 'x' } })
      const message = { token: bearer, body: { eventType: 'a.b', payload: {} } }
      const { json } = await request(server.url, 'POST', '/api/v1/app/typed/msg', message)
      const path = `/api/v1/app/typed/msg/${(json as { id: string }).id}`
      for (const body of [undefined, '<x/>'])
        expect(
          await request(server.url, 'DELETE', `${path}/content`, { token: bearer, headers, ...(body && { body }) }),
        ).toMatchObject({ status: 204 })
      expect((await request(server.url, 'GET', path, { token: bearer, headers })).status).toBe(200)
      const made = await request(server.url, 'POST', '/api/v1/app', { token: bearer, headers, body: '{"name":"x"}' })
      expect(made).toMatchObject({ status: 415, json: { code: 'unsupported_media_type' } })
    },
  )

  it('refuses a head of more than 16 kB', async () => {
    const answer = await raw(server.url, `GET /livez HTTP/1.1\r\nHost: x\r\nX-A: ${'a'.repeat(20_000)}\r\n\r\n`)
    expect(answer).toMatch(/^HTTP\/1\.1 431 /)
    expect(answer).toContain('"code":"headers_too_large"')
  })

  it('answers with headers that keep a browser from guessing', async () => {
    const answer = await request(server.url, 'GET', '/readyz')
    expect(answer.json).toEqual({ status: 'ready', reasons: [] })
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-store',
      'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
    })
  })
})

describe('the page', () => {
  it('is served with a strict policy, its files by fixed names only', async () => {
    const page = await request(server.url, 'GET', '/')
    expect(page.status).toBe(200)
    expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8')
    expect(page.headers.get('content-security-policy')).toMatch(
      /^default-src 'none'; script-src 'self'; style-src 'self';/,
    )
    expect(page.text).not.toMatch(/<script(?![^>]* src=)|style=|onclick=/)
    for (const [, file] of page.text.matchAll(/(?:src|href)="(\/[^"]+)"/g)) {
      expect((await request(server.url, 'GET', file!)).status, file).toBe(200)
    }
    const again = await request(server.url, 'GET', '/app.js', {
      headers: { 'if-none-match': (await request(server.url, 'GET', '/app.js')).headers.get('etag')! },
    })
    expect(again.status).toBe(304)
    for (const path of [
      '/index.html/../../package.json',
      '/..%2fpackage.json',
      '/%2e%2e/package.json',
      '//evil.test',
      '/static/app.js',
    ]) {
      expect(
        (await raw(server.url, `GET ${path} HTTP/1.1\r\nHost: evil.test\r\nConnection: close\r\n\r\n`)).split(
          '\r\n',
        )[0],
      ).toBe('HTTP/1.1 404 Not Found')
    }
  })
})

describe('closing', () => {
  it('is not ready, ends streams, and can be asked for twice', async () => {
    const closing = await startTestServer()
    const bearer = await token({ subject: 'org_1' })
    const stream = await fetch(`${closing.url}/api/v1/log/stream`, { headers: { authorization: `Bearer ${bearer}` } })
    const done = stream.text()
    await Promise.all([closing.close(), closing.close()])
    expect(await done).toContain('retry: 2000')
    await expect(fetch(`${closing.url}/livez`)).rejects.toThrow()
  })

  it('leaves an engine open that it was given', async () => {
    const owner = await startTestServer()
    const { readSettings } = await import('../src/index.ts')
    const settings = readSettings({
      POSTHORN_PORT: '0',
      POSTHORN_JWT_SECRET: jwtSecret,
      POSTHORN_SECRET_KEY: secretKey,
    })
    const second = await startServer({ settings, engine: owner.engine })
    await second.close()
    expect(owner.engine.health().ok).toBe(true)
    await owner.close()
  })
})

describe('logs', () => {
  it('never hold a secret, a token, or a line break that was smuggled in', async () => {
    const lines: string[] = []
    const sink = new Writable({
      write(chunk: Buffer, _, done) {
        lines.push(chunk.toString())
        done()
      },
    })
    const receiver = await startReceiver()
    const logged = await startTestServer({ POSTHORN_LOG_LEVEL: 'trace' }, pino({ level: 'trace' }, sink))
    const bearer = await token({ subject: 'org_1' })
    const post = (path: string, body: object) => request(logged.url, 'POST', path, { token: bearer, body })
    await post('/api/v1/app', { name: 'Acme\r\nINFO fake \u001b[31m', uid: 'acme' })
    const secret = `whsec_${Buffer.from('secret-canary-0123456789abcdef').toString('base64')}`
    await post('/api/v1/app/acme/endpoint', {
      url: receiver.url,
      secret,
      headers: { Authorization: 'Bearer header-canary' },
    })
    await post('/api/v1/app/acme/msg', { eventType: 'a.b', payload: { card: 'payload-canary' } })
    await request(logged.url, 'GET', `/api/v1/app?token=${bearer}`, { token: 'a.b.c' })
    await logged.engine.idle()
    await logged.close()
    const text = lines.join('')
    expect(lines.length).toBeGreaterThan(3)
    for (const canary of [bearer, secret, 'header-canary', 'payload-canary', jwtSecret, secretKey])
      expect(text).not.toContain(canary)
    for (const line of text.trim().split('\n')) expect(() => JSON.parse(line) as unknown).not.toThrow()
    // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
    expect(text).not.toMatch(/\u001b|\r/)
  })
})
