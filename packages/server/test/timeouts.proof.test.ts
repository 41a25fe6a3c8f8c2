import { once } from 'node:events'
import { request as httpRequest, type IncomingMessage } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { RunningServer } from '../src/index.ts'
import { raw } from './raw-request.ts'
import { request, startTestServer, token } from './support.ts'

// The real timeouts of the listener, which take their time.

let server: RunningServer
let bearer: string

beforeAll(async () => {
  server = await startTestServer()
  bearer = await token({ subject: 'org_1' })
  await request(server.url, 'POST', '/api/v1/app', { token: bearer, body: { name: 'Acme', uid: 'acme' } })
})
afterAll(() => server.close())

it.concurrent('waits ten seconds for a head, and thirty for a body', async () => {
  const began = performance.now()
  const ended: string[] = []
  const ending = async (part: string, bytes: string): Promise<string> => {
    const answer = await raw(server.url, bytes)
    ended.push(part)
    return answer
  }
  const head = ending('head', 'GET /livez HTTP/1.1\r\nHost: x\r\nX-A: drip')
  const body = ending('body', 'POST /api/v1/app HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\ndrip')
  expect(await head).toMatch(/^HTTP\/1\.1 408 /)
  expect(performance.now() - began).toBeGreaterThan(9_900)
  await body
  expect(performance.now() - began).toBeGreaterThan(29_900)
  expect(ended).toEqual(['head', 'body'])
})

it.concurrent('an upload may take longer than other requests', async () => {
  const path = '/api/v1/app/acme/operation'
  const begun = await request(server.url, 'POST', path, {
    token: bearer,
    body: { callbackUrl: 'https://caller.example.com/' },
  })
  const { id } = begun.json as { id: string }
  const outgoing = httpRequest(`${server.url}${path}/${id}/complete`, {
    method: 'POST',
    agent: false,
    headers: { authorization: `Bearer ${bearer}`, 'content-type': 'application/zip' },
  })
  const answered = once(outgoing, 'response') as Promise<[IncomingMessage]>
  for (let second = 0; second < 34; second++) {
    outgoing.write('x')
    // Time is the subject: the upload has to last longer than the listener's request timeout of 30 s.
    await sleep(1000)
  }
  outgoing.end()
  const [answer] = await answered
  answer.resume()
  expect(answer.statusCode).toBe(202)
  const shown = await request(server.url, 'GET', `${path}/${id}`, { token: bearer })
  expect(shown.json).toMatchObject({ file: { bytes: 34 } })
})
