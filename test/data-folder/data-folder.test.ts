import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { open, type Engine, type Transport } from '@posthorn/engine'
import { builtInPresetFolder, loadPresets } from '@posthorn/preset'
import { mintToken, readSettings, startServer, type RunningServer } from '@posthorn/server'
import { verifySync, type Dialect } from '@posthorn/wire'
import { httpTransport } from '../../packages/engine/src/transport/http/http-transport.ts'
import { commits, copyFolder, expectedOf, type Row } from './fixture.ts'
import { ShiftedClock } from './shifted-clock.ts'

interface Received {
  readonly method: string
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
  readonly at: number
}

const minuteMs = 60_000

test('there is a data folder of an older version', () => {
  expect(commits).toContain('9f52524')
})

describe.each(commits)('a data folder that was written by %s', (commit) => {
  const expected = expectedOf(commit)
  const clock = new ShiftedClock(expected.madeAt + minuteMs)
  const received: Received[] = []
  let folder: string
  let receiver: Server
  let engine: Engine
  let server: RunningServer
  let token: string
  /** Nothing leaves until this is called. */
  let letOut: () => void

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'posthorn-older-'))
    copyFolder(commit, folder)
    receiver = createServer((request, response) => {
      const chunks: Buffer[] = []
      request.on('data', (chunk: Buffer) => chunks.push(chunk))
      request.on('end', () => {
        const { method = '', url: path = '', headers } = request
        received.push({ method, path, headers, body: Buffer.concat(chunks), at: clock.now() })
        response.writeHead(200).end('noted')
      })
    })
    await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve))
    const { port } = receiver.address() as AddressInfo
    const out = new Promise<void>((resolve) => (letOut = resolve))
    const http = httpTransport({ allowPrivate: ['127.0.0.0/8'] })
    // The addresses name a receiver that is gone: the same requests go to one that is there.
    const transport: Transport = {
      ...http,
      async send(request) {
        await out
        const { pathname, search } = new URL(request.url)
        return http.send({ ...request, url: `http://127.0.0.1:${port}${pathname}${search}`, httpsOnly: false })
      },
    }
    // The key is in the folder, as a server without one keeps it there.
    const presets = loadPresets([builtInPresetFolder()])
    engine = await open({ database: `sqlite:${folder}`, presets, clock, transport })
    const settings = readSettings({
      POSTHORN_PORT: '0',
      POSTHORN_DATABASE_URL: 'sqlite::memory:',
      POSTHORN_JWT_SECRET: expected.jwtSecret,
      POSTHORN_SECRET_KEY: Buffer.alloc(32).toString('base64'),
      POSTHORN_LOG_LEVEL: 'silent',
    })
    server = await startServer({ settings, engine })
    token = await mintToken(expected.jwtSecret, { subject: expected.org })
  })

  afterAll(async () => {
    await server?.close()
    await engine?.close({ graceMs: 0 })
    receiver.closeAllConnections()
    receiver.close()
    rmSync(folder, { recursive: true, force: true })
  })

  async function call(method: string, path: string, body?: string, headers: Record<string, string> = {}) {
    const response = await fetch(`${server.url}/api/v1${path}`, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body }),
    })
    return { status: response.status, text: await response.text() }
  }

  async function get(path: string): Promise<Row> {
    return JSON.parse((await call('GET', path)).text) as Row
  }

  async function all(path: string): Promise<Row[]> {
    const rows: Row[] = []
    for (let iterator = ''; ;) {
      const more = `limit=100${iterator && `&iterator=${encodeURIComponent(iterator)}`}`
      const page = await get(`${path}${path.includes('?') ? '&' : '?'}${more}`)
      rows.push(...(page['data'] as Row[]))
      if (page['done'] === true) return rows
      iterator = String(page['iterator'])
    }
  }

  const byId = (rows: readonly Row[]): Row[] => rows.toSorted((a, b) => (a.id < b.id ? -1 : 1))

  function endpointOf(app: string, uid: string) {
    const found = expected.applications
      .find(({ application }) => application.uid === app)
      ?.endpoints.find(({ endpoint }) => endpoint.uid === uid)
    if (!found) throw new Error(`${app} has no endpoint ${uid}`)
    return { ...found, secret: found.secret as { readonly key: string; readonly secondaryKey: string | null } }
  }

  /** What was erased is answered as the Svix API answers it; 9f52524 answered `null`. */
  const asAnsweredNow = <Message extends object>(message: Message): Message =>
    'payload' in message && message.payload === null ? { ...message, payload: { expired: true } } : message

  /** What takes over stands beside what signs; 9f52524 answered with what takes over alone. */
  function secretAsAnsweredNow(secret: object): object {
    const { key, publicKey, signsFrom, ...more } = secret as {
      readonly key: string | null
      readonly publicKey: string | null
      readonly signsFrom: string | null
    }
    return {
      ...more,
      ...(signsFrom === null ? { key, publicKey } : { next: { key, publicKey, signsFrom } }),
    }
  }

  /** 9f52524 said `from`. */
  function keyAsAnsweredNow(shown: object): object {
    const { next, ...more } = shown as { readonly next: { readonly from: string; readonly key: string } | null }
    return { ...more, next: next && { key: next.key, signsFrom: next.from } }
  }

  const namesOf = (shown: unknown): string[] => {
    const { headers, sensitive } = shown as { headers: Readonly<Record<string, string>>; sensitive: readonly string[] }
    return [...Object.keys(headers), ...sensitive].toSorted()
  }

  describe('lists', () => {
    test.each(expected.applications.map((one) => [one.application.uid, one] as const))(
      'the application %s with its endpoints, their secrets, messages, attempts and operations',
      async (_uid, { application, endpoints, signingKey, messages, attempts, operations }) => {
        const path = `/app/${application.id}`
        expect(await get(path)).toMatchObject(application)
        expect(byId(await all(`${path}/endpoint`))).toMatchObject(byId(endpoints.map(({ endpoint }) => endpoint)))
        for (const { endpoint, secret, headers } of endpoints) {
          expect(await get(`${path}/endpoint/${endpoint.id}/secret`)).toMatchObject(secretAsAnsweredNow(secret))
          // Which values are shown may change: fewer are than were. None of the headers is lost.
          expect(namesOf(await get(`${path}/endpoint/${endpoint.id}/headers`))).toEqual(namesOf(headers))
        }
        if (signingKey) expect(await get(`${path}/signing-key`)).toMatchObject(keyAsAnsweredNow(signingKey))
        const content = application.uid !== 'full'
        expect(byId(await all(`${path}/msg?with_content=${content}`))).toMatchObject(
          byId(messages.map((message) => (content ? asAnsweredNow(message) : message))),
        )
        expect(byId(await all(`${path}/operation`))).toMatchObject(byId(operations))
        // What was out when the process was killed is interrupted since.
        const before = new Set(attempts.map(({ id }) => id))
        const now = byId(await all(`${path}/log`))
        expect(now.filter(({ id }) => before.has(id))).toMatchObject(byId(attempts))
        for (const { id, result } of now) if (!before.has(id)) expect(result).toBe('interrupted')
      },
    )

    test('the values of headers that its owners added are hidden in the log', async () => {
      const headersOf = async (): Promise<string[]> => {
        const rows = await Promise.all(
          (await all('/app')).map(
            async ({ id }) => (await engine.attempts.list(expected.org, String(id), { limit: 250 })).data,
          ),
        )
        return rows
          .flat()
          .flatMap(({ request }) => (request?.headers ?? []).map(([name, value]) => `${name}: ${value}`))
      }
      await expect.poll(headersOf).toContain('x-plain: ***')
      expect(await headersOf()).not.toContain('x-plain: shown')
      expect(await headersOf()).toContain('content-type: application/json')
    })

    test('event types, the versions of dialects, and the audit log', async () => {
      expect(await all('/event-type?include_archived=true&with_content=true')).toMatchObject(expected.eventTypes)
      for (const version of [1, 2])
        expect(await get(`/dialect/own?version=${version}`)).toMatchObject(expected.dialects[version - 1]!)
      const ids = new Set(expected.audit.map(({ id }) => id))
      const audit = (await all('/audit')).filter(({ id }) => ids.has(id))
      expect(byId(audit)).toMatchObject(byId(expected.audit))
    })
  })

  describe('a repeat of a request with its Idempotency-Key', () => {
    async function counts(): Promise<unknown> {
      const applications = await all('/app')
      const lists = applications.flatMap(({ id }) =>
        ['endpoint', 'msg?with_content=false', 'operation'].map((list) => `/app/${id}/${list}`),
      )
      const rows = await Promise.all(['/event-type', '/audit', ...lists].map((list) => all(list)))
      return [applications.length, ...rows.map(({ length }) => length)]
    }

    test.each(expected.kept.map((one) => [one.path, one] as const))(
      'to %s is answered the same',
      async (_path, one) => {
        const before = await counts()
        const answer = await call('POST', one.path, one.body, { 'idempotency-key': one.key })
        expect(answer.status).toBe(one.status)
        if (one.text === '') expect(answer.text).toBe('')
        else expect(JSON.parse(answer.text)).toMatchObject(JSON.parse(one.text) as object)
        expect(await counts()).toEqual(before)
      },
    )

    test('is refused where it is another request', async () => {
      const { path, key } = expected.kept.find((one) => one.path.endsWith('/msg'))!
      const another = await call('POST', path, '{"eventType":"invoice.paid","payload":{}}', { 'idempotency-key': key })
      expect(another.status).toBe(422)
      expect(another.text).toContain('idempotency_key_reused')
    })
  })

  describe('delivers what waits, signed as it was to be', () => {
    const to = (path: string): Received[] => received.filter((request) => request.path.split('?')[0] === path)

    /** Verifies each request to a path, and answers the payloads of its messages. */
    function payloads(path: string, dialect: Dialect | string, secret: string): Record<string, unknown>[] {
      return to(path).flatMap(({ headers, body, at: now }) => {
        const result = verifySync({ headers, body }, { dialect, secret, now })
        if (!result.ok) throw new Error(`${path}: ${result.code} ${result.message} ${result.hint}`)
        return result.messages.map(({ payload }) => payload as Record<string, unknown>)
      })
    }

    const texts = (rows: readonly Record<string, unknown>[]): string[] =>
      rows.map(({ text }) => String(text)).toSorted()

    beforeAll(async () => {
      letOut()
      await engine.idle()
      // The waits of an hour, spread by 20 %, are over, and so is the time of what was to be delivered later.
      clock.advance(120 * minuteMs)
      await engine.idle()
    })

    test('after a failure', () => {
      // The third message that failed there was erased: it cannot be sent.
      const { key } = endpointOf('plain', 'retry').secret
      expect(texts(payloads('/fail/retry', 'standard', key))).toEqual(['kept', 'later', 'with everything'])
    })

    test('at a later time, and to those that filter', () => {
      const { key } = endpointOf('plain', 'ok').secret
      expect(texts(payloads('/ok/plain', 'standard', key))).toEqual(['later'])
      const [request] = to('/ok/plain')
      expect(request?.headers).toMatchObject({ authorization: 'Bearer of the receiver', 'x-plain': 'shown' })
    })

    test('in two formats, with the new secret and the old one', () => {
      const { key, secondaryKey } = endpointOf('plain', 'two-formats').secret
      expect(texts(payloads('/ok/two-formats', 'standard', key))).toEqual(['later'])
      expect(texts(payloads('/ok/two-formats', 'svix', secondaryKey ?? ''))).toEqual(['later'])
      expect(String(to('/ok/two-formats')[0]?.headers['webhook-signature']).split(' ').length).toBe(2)
    })

    test('with the secret that is replaced later', () => {
      expect(payloads('/fail/rotating', 'scalefusion', 'the secret until then').length).toBe(1)
    })

    test('in a vendor’s system', () => {
      const { key } = endpointOf('visits', 'visits').secret
      expect(
        payloads('/fail/visits', 'signinapp', key)
          .map(({ n }) => String(n))
          .toSorted(),
      ).toEqual(['1', '2'])
    })

    test('in the version of its own dialect that each endpoint keeps to', () => {
      const [first, second] = expected.dialects.map(({ definition }) => definition as Dialect)
      const text = 'in two versions'
      expect(texts(payloads('/fail/first', first!, endpointOf('own', 'first').secret.key))).toEqual([text])
      expect(texts(payloads('/fail/second', second!, endpointOf('own', 'second').secret.key))).toEqual([text])
      expect(JSON.parse(String(to('/fail/first')[0]?.body))).toHaveProperty('data')
      expect(JSON.parse(String(to('/fail/second')[0]?.body))).toHaveProperty('payload')
    })

    test('as the batch that it was', () => {
      const rooms = expected.applications.find(({ application }) => application.uid === 'rooms')
      const { key } = rooms!.signingKey as { readonly key: string }
      expect(to('/fail/batches').length).toBe(1)
      expect(payloads('/fail/batches', 'screenmeet', key).map(({ room }) => room)).toEqual(['R1', 'R2', 'R3'])
    })

    test('what was out, in memory, and written to the queue alone when the process was killed', () => {
      const { key } = endpointOf('full', 'full').secret
      const numbers = payloads('/hang/full', 'standard', key).map(({ n }) => Number(n))
      expect(numbers.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 12 }, (_, index) => index + 1))
    })

    test('and calls back for what has ended; the claim fetches it', async () => {
      const claims = (name: string): string[] =>
        to(`/${name}`).map(({ path }) => new URL(path, 'http://x').searchParams.get('id') ?? '')
      const claimed = async (name: string): Promise<unknown> =>
        JSON.parse((await call('GET', `/app/jobs/operation-claim?id=${claims(name)[0]}`)).text)
      expect([claims('result').length, claims('file').length, claims('failed').length]).toEqual([1, 1, 1])
      expect(await claimed('result')).toEqual({ data: { url: 'https://backup.test/1' } })
      expect(await claimed('failed')).toEqual({ error: 'There was no space.' })
      const file = (await claimed('file')) as { readonly data: { readonly url: string } }
      const response = await fetch(`${server.url}${new URL(file.data.url).pathname}`)
      expect(await response.text()).toBe('the bytes of the file')
      const states = (await all('/app/jobs/operation')).map(({ state }) => String(state))
      expect(states.toSorted()).toEqual(['claimed', 'claimed', 'claimed', 'running', 'running'])
    })

    test('and nothing else: not what is held or off, what was erased, or what ended its process', () => {
      const paths = new Set(received.map(({ path }) => path.split('?')[0]))
      for (const path of ['/gone', '/ok/off', '/fail/deleted', '/hang/quarantine', '/ok/other'])
        expect(paths.has(path), path).toBe(false)
    })

    test('what is held goes out when its endpoint is switched on and recovered', async () => {
      const { endpoint, secret } = endpointOf('plain', 'gone')
      const path = `/app/plain/endpoint/${endpoint.id}`
      await call('PATCH', path, '{"disabled":false}')
      const since = new Date(expected.madeAt - 60 * minuteMs).toISOString()
      expect((await call('POST', `${path}/recover`, JSON.stringify({ since }))).status).toBe(202)
      await engine.idle()
      expect(texts(payloads('/gone', 'standard', secret.key))).toEqual(['kept', 'later', 'with everything'])
    })
  })
})
