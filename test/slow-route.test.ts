import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { serve as serveHono } from '@hono/node-server'
import { createClient, type Client } from '@posthorn/api'
import { slowRoute as expressRoute } from '@posthorn/api/slow-route/express'
import { slowRoute as fastifyRoute } from '@posthorn/api/slow-route/fastify'
import { slowRoute as honoRoute } from '@posthorn/api/slow-route/hono'
import { mintToken, readSettings, startServer, type RunningServer } from '@posthorn/server'
import express from 'express'
import fastify from 'fastify'
import { Hono } from 'hono'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

// A vendor's own slow route, in each of three frameworks, becomes one that answers at once: five lines.

const jwtSecret = 'jwt-secret-of-the-tests-0123456789'
const callback = 'https://caller.example.com/callback'

let server: RunningServer
let client: Client
let posthorn: { url: string; token: string; withinMs: number }

/** How long the job takes, and what it gives. */
let job: () => Promise<Record<string, unknown>>
const failures: unknown[] = []
let hook = (): void => undefined

beforeAll(async () => {
  const settings = readSettings({
    POSTHORN_PORT: '0',
    POSTHORN_DATABASE_URL: 'sqlite::memory:',
    POSTHORN_JWT_SECRET: jwtSecret,
    POSTHORN_SECRET_KEY: Buffer.alloc(32, 7).toString('base64'),
    POSTHORN_LOG_LEVEL: 'silent',
  })
  server = await startServer({ settings })
  posthorn = { url: server.url, token: await mintToken(jwtSecret, { subject: 'org_slow' }), withinMs: 100 }
  client = createClient(posthorn)
  await client.application.create({ body: { uid: 'garage', name: 'Garage' } })
})
afterAll(() => server.close())

const routes = {
  kind: 'backup.owner',
  accepted: { successCode: 202 },
  app: () => 'garage',
  work: () => job(),
  failed: (error: unknown) => {
    failures.push(error)
    hook()
  },
}

interface Vendor {
  readonly url: string
  close(): unknown
}

const vendors: Record<string, () => Promise<Vendor>> = {
  express: async () => {
    const app = express()
    app.use(express.json())
    app.post(
      '/backup/owner',
      expressRoute(posthorn, { ...routes, callbackUrl: (request: express.Request) => request.body.webhook_url }),
    )
    return listening(createServer(app))
  },
  fastify: async () => {
    const app = fastify()
    app.post<{ Body: { webhook_url?: string } }>(
      '/backup/owner',
      fastifyRoute(posthorn, {
        ...routes,
        callbackUrl: (request: { body: { webhook_url?: string } }) => request.body.webhook_url,
      }),
    )
    return { url: await app.listen({ port: 0, host: '127.0.0.1' }), close: () => app.close() }
  },
  hono: async () => {
    const app = new Hono()
    app.post('/backup/owner', honoRoute(posthorn, { ...routes, callbackUrl: ({ body }) => body['webhook_url'] }))
    return new Promise((resolve) => {
      const running = serveHono({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }, ({ port }) =>
        resolve({ url: `http://127.0.0.1:${port}`, close: () => running.close() }),
      )
    })
  },
}

async function listening(http: Server): Promise<Vendor> {
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  return { url: `http://127.0.0.1:${(http.address() as AddressInfo).port}`, close: () => http.close() }
}

async function newest(): Promise<Awaited<ReturnType<Client['operation']['get']>>> {
  const [operation] = (await client.operation.list({ params: { app_id: 'garage' }, query: { limit: 1 } })).data
  return operation!
}

describe.each(Object.keys(vendors))('with %s', (framework) => {
  let vendor: Vendor
  beforeAll(async () => {
    vendor = await vendors[framework]!()
  })
  afterAll(() => vendor.close())

  const post = (body: object) =>
    fetch(`${vendor.url}/backup/owner`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    }).then(async (response) => ({ status: response.status, json: await response.json() }))

  it('a job that is done soon is answered at once, and nothing is kept', async () => {
    const before = (await client.operation.list({ params: { app_id: 'garage' } })).data.length
    job = async () => ({ owner: 'Ada' })
    expect(await post({ webhook_url: callback })).toEqual({ status: 200, json: { data: { owner: 'Ada' } } })
    expect((await client.operation.list({ params: { app_id: 'garage' } })).data).toHaveLength(before)
  })

  it('a job that takes longer is answered with 202, and becomes an operation that ends with its result', async () => {
    let end: (result: Record<string, unknown>) => void = () => undefined
    job = () => new Promise((resolve) => (end = resolve))
    const { status, json } = await post({ webhook_url: callback })
    expect({ status, json }).toMatchObject({ status: 202, json: { successCode: 202, state: 'running' } })
    const { id } = json as { id: string }
    expect(await newest()).toMatchObject({ id, kind: 'backup.owner', state: 'running' })
    end({ owner: 'Ada' })
    await expect.poll(async () => (await newest()).state).toBe('ready')
  })

  it('one that fails after that fails the operation, and its reason stays here', async () => {
    let fail: (error: Error) => void = () => undefined
    job = () => new Promise((_, reject) => (fail = reject))
    await post({ webhook_url: callback })
    fail(new Error('the password of the database is wrong'))
    await expect.poll(async () => (await newest()).state).toBe('failed')
    expect((await newest()).error).toBe('The job failed.')
    expect(failures.at(-1)).toMatchObject({ message: 'the password of the database is wrong' })
  })

  it('an object with a member called file is an object, and a file of JSON is a file', async () => {
    job = async () => ({ file: 'https://example.com/x.zip', rows: 3 })
    expect(await post({ webhook_url: callback })).toMatchObject({ status: 200, json: { data: { rows: 3 } } })
    job = async () => ({ file: Buffer.from('{"a":1}'), name: 'a.json', contentType: 'application/json' })
    expect(await post({ webhook_url: callback })).toMatchObject({ status: 202 })
    await expect.poll(async () => (await newest()).state).toBe('ready')
    expect((await newest()).file).toMatchObject({ name: 'a.json', bytes: 7 })
  })

  it('a hook that throws keeps nobody from hearing that the job failed', async () => {
    let fail: (error: Error) => void = () => undefined
    job = () => new Promise((_, reject) => (fail = reject))
    hook = () => {
      throw new Error('the hook is broken')
    }
    await post({ webhook_url: callback })
    fail(new Error('no'))
    await expect.poll(async () => (await newest()).state).toBe('failed')
    hook = () => undefined
  })

  it('a callback that is missing or not https is a 400, and the job is not begun', async () => {
    job = () => Promise.reject(new Error('begun'))
    for (const webhook_url of [undefined, 'http://caller.example.com/', 'no address', 7])
      expect(await post({ webhook_url })).toMatchObject({ status: 400, json: { code: 'invalid_callback' } })
    const without = await fetch(`${vendor.url}/backup/owner`, { method: 'POST' })
    expect({ status: without.status, json: await without.json() }).toMatchObject({ status: 400 })
  })

  it('a callback into the own network is a 400 with the reason', async () => {
    job = () => new Promise((resolve) => setTimeout(resolve, 300, {}))
    const { status, json } = await post({ webhook_url: 'https://10.0.0.1/' })
    expect(status).toBe(400)
    expect(json).toMatchObject({ code: 'invalid_callback', detail: expect.stringContaining('private') })
  })
})
