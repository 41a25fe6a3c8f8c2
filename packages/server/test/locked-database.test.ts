import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { routes, type Route } from '@posthorn/api'
import { describe, expect, onTestFinished, test } from 'vitest'
import { request, startReceiver, startTestServer, token, type Answer } from './support.ts'

/** What an sqlite3 shell or a backup does to a file. */
function lock(path: string): () => void {
  const database = new DatabaseSync(path)
  database.exec('BEGIN EXCLUSIVE')
  return () => database.close()
}

async function setUp() {
  const folder = mkdtempSync(join(tmpdir(), 'posthorn-locked-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const server = await startTestServer({ POSTHORN_DATABASE_URL: `sqlite:${folder}` })
  onTestFinished(() => server.close())
  const bearer = await token({ subject: 'org_1' })
  const call = (method: string, path: string, body?: object): Promise<Answer> =>
    request(server.url, method, path, { token: bearer, ...(body && { body }) })
  const receiver = await startReceiver()
  await call('POST', '/api/v1/app', { name: 'Acme', uid: 'acme' })
  await call('POST', '/api/v1/app/acme/endpoint', { url: receiver.url, uid: 'ep' })
  await call('POST', '/api/v1/event-type', { name: 'a.b', description: '' })
  const send = (id: number): Promise<Answer> =>
    call('POST', '/api/v1/app/acme/msg', { eventType: 'a.b', eventId: `evt-${id}`, payload: { id } })
  return { server, folder, call, receiver, send }
}

describe('A8 a database that another process has locked', () => {
  test('is a 503 that says when to try again, on every operation that needs it, and readyz says why; then all goes on', async () => {
    const { folder, call, receiver, send, server } = await setUp()
    expect((await send(1)).status).toBe(202)
    await server.engine.idle()

    const unlock = lock(join(folder, 'queue.db'))
    const refused = await send(2)
    expect(refused.status).toBe(503)
    expect(refused.json).toMatchObject({
      code: 'database_locked',
      detail: expect.stringMatching(/locked the database/),
    })
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)

    const ready = await call('GET', '/readyz')
    expect(ready.status).toBe(503)
    expect(ready.json).toMatchObject({
      code: 'not_serving',
      status: 'not ready',
      reasons: [expect.stringMatching(/locked the database/)],
    })
    expect(server.engine.health()).toMatchObject({ ok: false })
    expect((await call('GET', '/livez')).status).toBe(200)

    for (const route of (routes as readonly Route[]).filter(({ stream, file }) => !stream && !file)) {
      const path = route.path
        .replaceAll('{app_id}', 'acme')
        .replaceAll('{endpoint_id}', 'ep')
        .replaceAll(/\{\w+\}/g, 'x')
      const answer = await call(route.method, path, route.method === 'GET' ? undefined : {})
      expect(answer.status, `${route.method} ${path} ${answer.text}`).not.toBe(500)
      if (answer.status === 503) expect(answer.headers.get('retry-after'), path).toMatch(/^[1-9]/)
    }

    unlock()
    await expect.poll(async () => (await call('GET', '/readyz')).status).toBe(200)
    // The refused one was not written: the same event id is accepted, once.
    expect((await send(2)).status).toBe(202)
    expect((await send(2)).status).toBe(409)
    await server.engine.idle()
    // Besides the tests that the operations above sent.
    const bodies = receiver.received.map(({ body }) => body).filter((body) => body.includes('"id"'))
    expect(bodies).toEqual(['{"id":1}', '{"id":2}'])
  })

  test('I1 what is out while the lock lasts is recorded after it, and not sent again', async () => {
    const { folder, call, receiver, send, server } = await setUp()
    const released = Promise.withResolvers<void>()
    let unlock: () => void = () => undefined
    receiver.answer = () => {
      unlock = lock(join(folder, 'queue.db'))
      released.resolve()
      return { status: 200, body: '' }
    }
    expect((await send(1)).status).toBe(202)
    await released.promise
    expect((await call('POST', '/api/v1/app', { name: 'B' })).status).toBe(503)
    unlock()
    receiver.answer = { status: 200, body: '' }
    await server.engine.idle()
    const deliveries = await call('GET', '/api/v1/app/acme/attempt/endpoint/ep')
    expect(deliveries.json).toMatchObject({ data: [{ responseStatusCode: 200, status: 0 }] })
    expect(receiver.received).toHaveLength(1)
  })

  test('of the log: deliveries go on, and attempts appear after it', async () => {
    const { folder, call, receiver, send, server } = await setUp()
    const unlock = lock(join(folder, 'ledger.db'))
    expect((await send(1)).status).toBe(202)
    await expect.poll(() => receiver.received.length).toBe(1)
    await expect.poll(async () => (await call('GET', '/readyz')).status).toBe(503)
    const list = await call('GET', '/api/v1/app/acme/attempt/endpoint/ep')
    expect(list.status).toBe(503)
    expect(list.json).toMatchObject({ code: 'database_locked' })
    expect((await send(2)).status).toBe(202)
    unlock()
    await expect.poll(async () => (await call('GET', '/readyz')).status).toBe(200)
    await server.engine.idle()
    await expect
      .poll(async () => (await call('GET', '/api/v1/app/acme/attempt/endpoint/ep')).json)
      .toMatchObject({ data: [{}, {}], done: true })
  })
})
