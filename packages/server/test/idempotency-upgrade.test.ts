import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { RunningServer } from '../src/index.ts'
import { request, startTestServer, token, type Answer } from './support.ts'

// A client may repeat a request after an upgrade. The first version kept the HTTP answer ("<status>\n<body>") under an
// Idempotency-Key; later ones keep the result as JSON.

let folder: string
let server: RunningServer
let bearer: string

const start = () => startTestServer({ POSTHORN_DATABASE_URL: `sqlite:${folder}` })

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'posthorn-idempotency-'))
  server = await start()
  bearer = await token({ subject: 'org_a' })
  await request(server.url, 'POST', '/api/v1/app', { token: bearer, body: { name: 'Acme', uid: 'acme' } })
})

afterEach(async () => {
  await server.close()
  rmSync(folder, { recursive: true, force: true })
})

const sha256 = (text: string): string => createHash('sha256').update(text).digest('base64url')

/** Writes the row that an older version has written for a request, and starts the server again. */
async function keptByOlderVersion(path: string, query: string, body: string, key: string, answer: string) {
  await server.close()
  const database = new DatabaseSync(join(folder, 'queue.db'))
  database
    .prepare('INSERT INTO idempotency (key, fingerprint, answer, expires_at) VALUES (?, ?, ?, ?)')
    .run(sha256(`org_a\n\n${path}\n${key}`), sha256(`${query}\n${body}`), answer, Date.now() + 3_600_000)
  database.close()
  server = await start()
}

function post(path: string, body: string, key: string): Promise<Answer> {
  return request(server.url, 'POST', path, { token: bearer, body, headers: { 'idempotency-key': key } })
}

it('a repeat is answered with the text that the first version kept, and nothing is created', async () => {
  const path = '/api/v1/app/acme/endpoint'
  const body = '{"url":"https://hooks.example.com/x"}'
  const text = '{"id":"ep_1srOrx2ZWZBpBUvZ","url":"https://hooks.example.com/x"}'
  await keptByOlderVersion(path, '', body, 'k', `201\n${text}`)
  const repeat = await post(path, body, 'k')
  expect([repeat.status, repeat.text, repeat.headers.get('idempotent-replayed')]).toEqual([201, text, 'true'])
  const endpoints = await request(server.url, 'GET', path, { token: bearer })
  expect(endpoints.json).toMatchObject({ data: [] })
})

it('a repeat of a request that was answered without a body is answered without one', async () => {
  const endpoint = '/api/v1/app/acme/endpoint/orders'
  await request(server.url, 'PUT', endpoint, { token: bearer, body: { url: 'https://hooks.example.com/x' } })
  await keptByOlderVersion(`${endpoint}/secret/rotate`, '', '{}', 'k', '204\n')
  const repeat = await post(`${endpoint}/secret/rotate`, '{}', 'k')
  expect([repeat.status, repeat.text, repeat.headers.get('idempotent-replayed')]).toEqual([204, '', 'true'])
})

it('a repeated message is answered with its content as it is now, and is accepted once', async () => {
  const path = '/api/v1/app/acme/msg'
  const body = '{"eventType":"a.b","payload":{"n": 1.0}}'
  const first = await request(server.url, 'POST', `${path}?with_content=true`, { token: bearer, body })
  const { id, ...head } = first.json as { id: string }
  const kept = JSON.stringify({ id, ...head, payload: {} })
  await keptByOlderVersion(path, 'with_content=true', body, 'k', `202\n${kept}`)
  const repeat = await post(`${path}?with_content=true`, body, 'k')
  expect([repeat.status, repeat.text, repeat.headers.get('idempotent-replayed')]).toEqual([202, first.text, 'true'])

  await request(server.url, 'DELETE', `${path}/${id}/content`, { token: bearer })
  expect((await post(`${path}?with_content=true`, body, 'k')).json).toMatchObject({ id, payload: { expired: true } })
  const messages = await request(server.url, 'GET', path, { token: bearer })
  expect((messages.json as { data: unknown[] }).data).toHaveLength(1)
})

it('the key with another body is refused', async () => {
  const path = '/api/v1/app/acme/msg'
  await keptByOlderVersion(path, '', '{"eventType":"a.b","payload":{}}', 'k', '202\n{}')
  expect((await post(path, '{"eventType":"a.b","payload":{"another":1}}', 'k')).json).toMatchObject({
    code: 'idempotency_key_reused',
  })
})

it('a result that lacks newer fields is shown with their defaults', async () => {
  const path = '/api/v1/app/acme/endpoint'
  const body = '{"url":"https://hooks.example.com/x","channels":["c"]}'
  const created = await post(path, body, 'first')
  const { timeoutSeconds: _, ...older } = (await server.engine.endpoints.list('org_a', 'acme')).data[0]!
  await keptByOlderVersion(path, '', body, 'k', JSON.stringify(older))
  const repeat = await post(path, body, 'k')
  expect([repeat.status, repeat.headers.get('idempotent-replayed')]).toEqual([201, 'true'])
  expect(repeat.text).toBe(created.text)
  expect(repeat.json).toMatchObject({ timeoutSeconds: null })
})
