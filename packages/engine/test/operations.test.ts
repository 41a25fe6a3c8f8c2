import { createHash } from 'node:crypto'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { buffer } from 'node:stream/consumers'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { VirtualClock } from '../sim/virtual-clock.ts'
import type { Attempt, Engine, OpenOptions, Operation, TransportRequest } from '../src/index.ts'
import { openWith } from '../src/open.ts'
import { builtInPresetFolder, loadPresets } from '@posthorn/preset'
import { secretBox } from '../src/directory/secrets.ts'
import { openSqlite } from '../src/store/sqlite/open.ts'
import type { Store } from '../src/store/store.ts'
import { httpTransport } from '../src/transport/http/http-transport.ts'
import { verdictOf } from '../src/transport/http/verdict.ts'
import type { Outcome, Transport } from '../src/transport/transport.ts'

const org = 'org_test'
const callbackUrl = 'https://caller.example.com/hook'
const result = '{"url": "https://downloads.example.com/owner.zip", "n": 1.50}'
const secretKey = Buffer.alloc(32, 7)
const minuteMs = 60_000
const dayMs = 86_400_000
const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/

let folder: string
let clock: VirtualClock
let life: Life
let requests: TransportRequest[]
let lines: string[]
/** What the receiver says from now on; a promise that never settles is a receiver that does not answer. */
let answer: (request: TransportRequest) => number | Promise<number>

interface Life {
  readonly engine: Engine
  readonly attempts: Attempt[]
  /** Timers and requests fall silent, and nothing is tidied up: what is on disk is what there is. */
  kill(): Promise<void>
}

function responseOf(status: number, request: TransportRequest): Outcome {
  const timings = { dnsMs: null, connectMs: null, firstByteMs: null, totalMs: 1 }
  // A receiver that repeats what it was called with, as redirects and error pages do.
  const headers = [['location', request.url]] as const
  const body = Buffer.from(`You called ${request.url.toUpperCase()}, ${request.url}.`)
  return {
    ...verdictOf(status, headers, 0),
    response: { code: status, headers, body, bodyTruncated: false },
    timings,
    remoteAddress: null,
  }
}

async function start(options: Partial<OpenOptions> = {}): Promise<Life> {
  const time = clock.processClock()
  const opened: Store[] = []
  let alive = true
  const real = httpTransport()
  const transport: Transport = {
    schemes: ['https', 'http'],
    check: (url, rules) => real.check(url, rules),
    send: async (request) => {
      requests.push(request)
      const status = await answer(request)
      return alive ? responseOf(status, request) : new Promise(() => undefined)
    },
    probe: async () => ({ steps: [], remoteAddress: null, tls: null }),
    close: async () => undefined,
  }
  const write = (fields: object, text: string): void => void lines.push(JSON.stringify({ ...fields, text }))
  const engine = await openWith(
    {
      database: `sqlite:${folder}`,
      secretKey: secretKey.toString('base64'),
      threads: false,
      clock: time.clock,
      transport,
      presets: loadPresets([builtInPresetFolder()]),
      log: { debug: write, info: write, warn: write, error: write },
      ...options,
    },
    async (sqlite) => {
      const store = await openSqlite(sqlite)
      opened.push(store)
      return store
    },
  )
  const attempts: Attempt[] = []
  engine.on('attempt', (attempt) => attempts.push(attempt))
  return {
    engine,
    attempts,
    async kill() {
      alive = false
      time.kill()
      await opened[0]?.close()
    },
  }
}

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'posthorn-operations-'))
  clock = new VirtualClock(Date.UTC(2026, 10, 22))
  requests = []
  lines = []
  answer = () => 200
  life = await start()
  await life.engine.applications.create(org, { uid: 'acme', name: 'Acme' })
})

afterEach(async () => {
  await life.kill()
  rmSync(folder, { recursive: true, force: true })
})

const pass = (ms: number): Promise<void> => clock.runUntil(clock.now + ms)

async function begun(input: object = {}): Promise<Operation> {
  return life.engine.operations.create(org, 'acme', { callbackUrl, kind: 'backup.owner', ...input })
}

async function done(input: object = {}): Promise<Operation> {
  const { id } = await begun(input)
  return life.engine.operations.complete(org, 'acme', id, { payload: result })
}

/** The claim ids that the receiver was called with. */
const claims = (): string[] => requests.map(({ url }) => new URL(url).searchParams.get('id') ?? '')

/** The claim id of an operation that was not called back yet, as nobody but the program itself can read it. */
function claimOf(id: string): string {
  const database = new DatabaseSync(join(folder, 'queue.db'), { readOnly: true })
  const row = database.prepare('SELECT sealed_claim FROM operation WHERE id = ?').get(id)
  database.close()
  return secretBox(secretKey, () => new Uint8Array()).open(`operation|${id}|claim`, String(row?.sealed_claim))
}

async function* pieces(...texts: readonly string[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield Buffer.from(text)
}

const zip = (...texts: readonly string[]) => ({
  file: pieces(...texts),
  name: 'owner.zip',
  contentType: 'application/zip',
})

const storedFiles = (): string[] => {
  const path = join(folder, 'operations')
  return existsSync(path) ? readdirSync(path) : []
}

describe('an operation', () => {
  test('goes from running to ready, called and claimed, and is claimed again with the same bytes', async () => {
    const { operations } = life.engine
    const { id, state } = await begun({ metadata: { job: '7' } })
    expect([state, id]).toEqual(['running', expect.stringMatching(/^op_[0-9A-Za-z]{16}$/)])
    expect(requests).toEqual([])
    const ended = await operations.complete(org, 'acme', id, { payload: result })
    expect(ended).toMatchObject({ state: 'ready', completedAt: clock.now, expiresAt: clock.now + dayMs })
    await pass(0)
    expect(await operations.get(org, 'acme', id)).toMatchObject({ state: 'called', calledAt: clock.now, error: null })
    const [claim] = claims()
    for (const _ of [1, 2])
      expect(await operations.claim(org, 'acme', claim!)).toEqual({ kind: 'payload', payload: result })
    const { state: last, claimedAt, metadata } = await operations.get(org, 'acme', id)
    expect([last, claimedAt, metadata]).toEqual(['claimed', clock.now, { job: '7' }])
  })

  test.each(['?id=7', '?tenant=7&id=', '?%69d=7'])(
    'a callback URL that has the id already (%s) is refused',
    async (query) => {
      await expect(done({ callbackUrl: `${callbackUrl}${query}` })).rejects.toMatchObject({
        code: 'address_refused',
        field: 'callbackUrl',
        message: 'the URL has the parameter "id" already, which Autoflex10 writes: give it another name',
      })
    },
  )

  test('calls back with GET, no body, and its id first and alone, or behind the query that the URL has', async () => {
    await done()
    await done({ callbackUrl: `${callbackUrl}?tenant=7&x=a%20b` })
    await pass(0)
    expect(requests.map(({ method, body, headers }) => [method, body, headers])).toEqual([
      ['GET', null, []],
      ['GET', null, []],
    ])
    const [first, second] = claims()
    expect(requests.map(({ url }) => url)).toEqual([
      `${callbackUrl}?id=${first}`,
      `${callbackUrl}?tenant=7&x=a%20b&id=${second}`,
    ])
    expect(first).toMatch(uuid)
    expect(second).toMatch(uuid)
    expect(first).not.toBe(second)
  })

  test('that failed calls back too, and its claim says why', async () => {
    const { id } = await begun()
    const ended = await life.engine.operations.fail(org, 'acme', id, { reason: 'The owner was deleted.' })
    expect(ended).toMatchObject({ state: 'failed', error: 'The owner was deleted.' })
    await pass(0)
    expect(await life.engine.operations.get(org, 'acme', id)).toMatchObject({ state: 'called' })
    const claimed = await life.engine.operations.claim(org, 'acme', claims()[0]!)
    expect(claimed).toEqual({ kind: 'failed', reason: 'The owner was deleted.' })
  })

  test('that still runs says so to whoever claims it', async () => {
    const { id } = await begun()
    expect(await life.engine.operations.claim(org, 'acme', claimOf(id))).toEqual({ kind: 'running' })
    expect(await life.engine.operations.get(org, 'acme', id)).toMatchObject({ state: 'running', claimedAt: null })
  })

  test('ends once: a second end is a conflict, and one callback goes out', async () => {
    const { id } = await begun()
    const { operations } = life.engine
    const ends = await Promise.allSettled([
      operations.complete(org, 'acme', id, { payload: '{"first":true}' }),
      operations.complete(org, 'acme', id, zip('second')),
      operations.fail(org, 'acme', id, { reason: 'third' }),
    ])
    expect(ends.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    for (const end of ends) if (end.status === 'rejected') expect(end.reason).toMatchObject({ code: 'conflict' })
    await pass(30 * minuteMs)
    expect(requests).toHaveLength(1)
    expect(await operations.get(org, 'acme', id)).toMatchObject({ state: 'called' })
    expect(storedFiles().length).toBeLessThan(2)
  })

  test('is listed by state and kind, the newest first', async () => {
    const { operations } = life.engine
    const running = await begun({ kind: null })
    const ready = await done()
    await pass(0)
    const ids = async (filter: object) => (await operations.list(org, 'acme', filter)).data.map(({ id }) => id)
    expect(await ids({})).toEqual([ready.id, running.id])
    expect(await ids({ states: ['running'] })).toEqual([running.id])
    expect(await ids({ states: ['called', 'claimed'] })).toEqual([ready.id])
    expect(await ids({ kind: 'backup.owner' })).toEqual([ready.id])
    expect(await ids({ states: ['expired'] })).toEqual([])
    const { data, iterator } = await operations.list(org, 'acme', { limit: 1 })
    expect(data.map(({ id }) => id)).toEqual([ready.id])
    expect(await ids({ iterator })).toEqual([running.id])
  })

  test('repeated with its Idempotency-Key is answered the same, and nothing happens twice', async () => {
    const { operations } = life.engine
    const once = (key: string) => ({ idempotency: { key, fingerprint: 'f' } })
    const { id } = await operations.create(org, 'acme', { callbackUrl }, once('create'))
    const replay = { code: 'idempotent_replay', replay: { kind: 'result', result: { id } } }
    await expect(operations.create(org, 'acme', { callbackUrl }, once('create'))).rejects.toMatchObject(replay)
    await operations.complete(org, 'acme', id, { payload: result }, once('complete'))
    const again = operations.complete(org, 'acme', id, { payload: result }, once('complete'))
    await expect(again).rejects.toMatchObject(replay)
    await pass(minuteMs)
    await expect(operations.complete(org, 'acme', id, zip('x'), once('complete'))).rejects.toMatchObject(replay)
    await expect(operations.complete(org, 'acme', id, zip('x'), once('new'))).rejects.toMatchObject({
      code: 'conflict',
    })
    await pass(30 * minuteMs)
    expect(requests).toHaveLength(1)
    expect(storedFiles()).toEqual([])
  })
})

describe('a callback', () => {
  test('that fails is tried again after 1, 5 and 15 minutes with the same id, and then no more', async () => {
    answer = () => 500
    const { id } = await done()
    await pass(2 * dayMs - dayMs)
    expect(new Set(claims()).size).toBe(1)
    expect(requests).toHaveLength(4)
    const waits = life.attempts.map(({ startedAt }, index) => startedAt - (life.attempts[index - 1]?.startedAt ?? 0))
    for (const [index, minutes] of [1, 5, 15].entries()) {
      expect(waits[index + 1]).toBeGreaterThanOrEqual(0.8 * minutes * minuteMs)
      expect(waits[index + 1]).toBeLessThanOrEqual(1.2 * minutes * minuteMs)
    }
    expect(life.attempts.map((attempt) => attempt.result)).toEqual(['failed', 'failed', 'failed', 'exhausted'])
    expect(requests.map(({ timeoutMs, httpsOnly }) => [timeoutMs, httpsOnly])[0]).toEqual([10_000, true])
    expect(life.engine.health()).toMatchObject({ inMemory: 0, inFlight: 0 })
    expect((await life.engine.endpoints.list(org, 'acme')).data).toEqual([])
    expect((await life.engine.operations.list(org, 'acme', { states: ['called'] })).data).toEqual([])
    expect((await life.engine.messages.get(org, 'acme', life.attempts[0]!.message)).payload).toContain(id)
  })

  test('that is refused with 410 is no endpoint that could be held', async () => {
    answer = () => (requests.length === 1 ? 410 : 200)
    const { id } = await done()
    await pass(2 * minuteMs)
    expect(requests).toHaveLength(2)
    expect(await life.engine.operations.get(org, 'acme', id)).toMatchObject({ state: 'called' })
    expect((await life.engine.endpoints.list(org, 'acme')).data).toEqual([])
  })

  test('has the policy and the dialect of the application’s preset, where that carries a claim', async () => {
    await life.engine.presets.apply(org, 'acme', { name: 'standard' })
    // http is the preset's to allow, and a dialect that has no place for a claim cannot call back.
    await done({ callbackUrl: 'http://caller.example.com/hook' })
    await pass(0)
    expect(requests.map(({ url, timeoutMs }) => [url, timeoutMs])).toEqual([
      [`http://caller.example.com/hook?id=${claims()[0]}`, 15_000],
    ])
  })

  test('in a dialect of one’s own puts the claim where that says, and the log hides it there', async () => {
    const definition = {
      name: 'knock',
      title: 'Knock',
      version: 1,
      absent: ['type', 'payload'],
      request: { method: 'POST', headers: { 'x-id': { $: 'id' }, 'x-claim': { $: 'claim' } } },
      body: { kind: 'none' },
      signatures: [],
    }
    await life.engine.dialects.put(org, 'knock', definition)
    await life.engine.applications.update(org, 'acme', { dialect: 'knock' })
    await done()
    await pass(0)
    const [request] = requests
    const claim = request?.headers.find(([name]) => name === 'x-claim')?.[1] ?? ''
    expect([request?.method, request?.url]).toEqual(['POST', callbackUrl])
    expect(await life.engine.operations.claim(org, 'acme', claim)).toEqual({ kind: 'payload', payload: result })
    expect(life.attempts[0]?.request?.headers).toContainEqual(['x-claim', `${claim.slice(0, 8)}…`])
  })

  test('A1: that was out when the process died goes out again with the same id, and burns no retry', async () => {
    answer = () => new Promise(() => undefined)
    const { id } = await done()
    await pass(1000)
    expect(requests).toHaveLength(1)
    await life.kill()
    answer = () => 200
    life = await start()
    await pass(1000)
    expect(requests).toHaveLength(2)
    expect(new Set(claims()).size).toBe(1)
    expect(life.attempts.map((attempt) => [attempt.result, attempt.endpoint])).toEqual([
      ['interrupted', id],
      ['success', id],
    ])
    expect(await life.engine.operations.get(org, 'acme', id)).toMatchObject({ state: 'called' })
    expect(await life.engine.operations.claim(org, 'acme', claims()[0]!)).toMatchObject({ kind: 'payload' })
  })

  test('A1: that waits for its retry when the process dies is made by the next one', async () => {
    answer = () => 500
    await done()
    await pass(1000)
    await life.kill()
    life = await start()
    await pass(30 * minuteMs)
    expect(life.attempts.map((attempt) => attempt.result)).toEqual(['failed', 'failed', 'exhausted'])
    expect(new Set(claims()).size).toBe(1)
  })

  test.each([
    ['http', 'http://caller.example.com/hook'],
    ['a private address', 'https://10.1.2.3/hook'],
    ['this machine', 'https://localhost/hook'],
    ['no URL', 'hook'],
    ['a password', 'https://user:pass@caller.example.com/'],
  ])('to %s is refused before anything is written', async (_, url) => {
    await expect(begun({ callbackUrl: url })).rejects.toMatchObject({ code: 'address_refused', field: 'callbackUrl' })
    expect((await life.engine.operations.list(org, 'acme')).data).toEqual([])
  })
})

describe('K1: the claim id', () => {
  test('is whole on the wire and nowhere else', async () => {
    answer = () => (requests.length < 3 ? 302 : 200)
    const { id } = await done()
    await pass(dayMs / 2)
    const [claim] = claims()
    expect(requests).toHaveLength(3)
    await life.engine.operations.claim(org, 'acme', claim!)

    const shown = `${callbackUrl}?id=${claim!.slice(0, 8)}…`
    const { data } = await life.engine.attempts.list(org, 'acme')
    expect(data.map(({ url }) => url)).toEqual([shown, shown, shown])
    expect(data[0]!.response).toMatchObject({ headers: [['location', shown]], body: expect.stringContaining(shown) })
    const seen = [
      data,
      life.attempts,
      await life.engine.operations.get(org, 'acme', id),
      await life.engine.operations.list(org, 'acme'),
      await life.engine.messages.list(org, 'acme'),
      lines,
    ]
    expect(JSON.stringify(seen).toLowerCase()).not.toContain(claim)
    for (const moment of ['open', 'closed']) {
      if (moment === 'closed') await life.engine.close()
      const holding = (text: string): string[] =>
        readdirSync(folder).filter((name) => readFileSync(join(folder, name)).includes(text))
      // What is not secret is found, so the claim would be too.
      expect(holding(claim!.slice(0, 8))).not.toEqual([])
      for (const form of [claim!, claim!.toUpperCase(), claim!.replaceAll('-', '')]) expect(holding(form)).toEqual([])
    }
    life = await start()
  })

  test('of an ordinary message is shortened in the log too', async () => {
    const claim = 'f47ac10b-58cc-4372-a567-0e02b2c3d479'
    await life.engine.endpoints.create(org, 'acme', { url: callbackUrl, dialect: 'autoflex' })
    await life.engine.send(org, 'acme', { eventType: 'a', payload: '{}', params: { claim } })
    await pass(0)
    expect(claims()).toEqual([claim])
    expect(JSON.stringify(life.attempts)).not.toContain(claim)
    expect(life.attempts[0]?.url).toBe(`${callbackUrl}?id=f47ac10b…`)
  })

  test('I5: is worth nothing to another application or organisation', async () => {
    const { engine } = life
    await engine.applications.create(org, { uid: 'other', name: 'Other' })
    await engine.applications.create('org_other', { uid: 'acme', name: 'Theirs' })
    const { id } = await done()
    await pass(0)
    const [claim] = claims()
    const refusals = await Promise.all(
      [
        engine.operations.claim(org, 'other', claim!),
        engine.operations.claim('org_other', 'acme', claim!),
        engine.operations.claim(org, 'acme', 'f47ac10b-58cc-4372-a567-0e02b2c3d479'),
        engine.operations.claim(org, 'acme', id),
      ].map((call) => call.then(String, (error: Error & { code: string }) => `${error.code}: ${error.message}`)),
    )
    expect(new Set(refusals)).toEqual(new Set(['not_found: No operation of this application has this claim id.']))
    expect(await engine.operations.get(org, 'acme', id)).toMatchObject({ state: 'called', claimedAt: null })
    for (const [owner, app] of [
      [org, 'other'],
      ['org_other', 'acme'],
    ] as const) {
      await expect(engine.operations.get(owner, app, id)).rejects.toMatchObject({ code: 'not_found' })
      const end = engine.operations.complete(owner, app, id, { payload: '{}' })
      await expect(end).rejects.toMatchObject({ code: 'not_found' })
      expect((await engine.operations.list(owner, app)).data).toEqual([])
    }
  })
})

describe('a file', () => {
  test('is streamed to disk, claimed by a link, and read whole or in part', async () => {
    const { operations } = life.engine
    const { id } = await begun()
    const ended = await operations.complete(org, 'acme', id, zip('hello, ', 'world'))
    expect(ended.file).toEqual({ name: 'owner.zip', contentType: 'application/zip', bytes: 12 })
    await pass(0)
    const claimed = await operations.claim(org, 'acme', claims()[0]!)
    if (claimed.kind !== 'file') throw new Error(claimed.kind)
    expect(claimed).toMatchObject({ name: 'owner.zip', bytes: 12, expiresAt: clock.now + dayMs })
    expect(Buffer.from(claimed.token, 'base64url')).toHaveLength(24)
    expect(await operations.claim(org, 'acme', claims()[0]!)).toEqual(claimed)
    const file = await operations.file(claimed.token)
    expect(file.digest).toBe(createHash('sha256').update('hello, world').digest('base64url'))
    expect((await buffer(await file.read())).toString()).toBe('hello, world')
    expect((await buffer(await file.read({ start: 7, end: 9 }))).toString()).toBe('wor')
    await expect(operations.file(`${claimed.token}x`)).rejects.toMatchObject({ code: 'not_found' })
    expect(JSON.stringify([ended, await operations.list(org, 'acme'), lines])).not.toContain(claimed.token)
    for (const name of readdirSync(folder, { withFileTypes: true }))
      if (name.isFile()) expect(readFileSync(join(folder, name.name)).includes(claimed.token), name.name).toBe(false)
  })

  test.each<[string, () => AsyncGenerator<Uint8Array>, number | undefined, string]>([
    ['is too large', () => pieces('123456', '789012'), undefined, 'payload_too_large'],
    ['says that it is too large', () => pieces('1'), 11, 'payload_too_large'],
    ['is shorter than it says', () => pieces('1234'), 5, 'invalid'],
    [
      'breaks off',
      async function* () {
        yield Buffer.from('12')
        throw new Error('aborted')
      },
      undefined,
      'invalid',
    ],
  ])('that %s leaves nothing behind, and the operation runs on', async (_, file, bytes, code) => {
    await life.kill()
    life = await start({ maxFileBytes: 10 })
    const { id } = await begun()
    const input = { ...zip(), file: file(), ...(bytes !== undefined && { bytes }) }
    await expect(life.engine.operations.complete(org, 'acme', id, input)).rejects.toMatchObject({ code })
    expect(storedFiles()).toEqual([])
    expect(await life.engine.operations.get(org, 'acme', id)).toMatchObject({ state: 'running' })
    await pass(minuteMs)
    expect(requests).toEqual([])
    await life.engine.operations.complete(org, 'acme', id, zip('1234567890'))
    expect(storedFiles()).toHaveLength(1)
  })

  test('that a crash left half written, or without a row, is gone after the next start; the others stay', async () => {
    const { id } = await begun()
    await life.engine.operations.complete(org, 'acme', id, zip('kept'))
    const kept = storedFiles()
    writeFileSync(join(folder, 'operations', `${id}-0011223344556677.part`), 'half')
    writeFileSync(join(folder, 'operations', `${id}-8899aabbccddeeff`), 'whole, but its transaction never was')
    await life.kill()
    life = await start()
    expect(storedFiles()).toEqual(kept)
  })

  test.each([
    { name: '../../etc/passwd' },
    { name: 'a\r\nset-cookie: x' },
    { name: ' ' },
    { name: 'x'.repeat(201) },
    { contentType: 'text/html\r\nx: y' },
    { contentType: 'zip' },
  ])('with a name or type that could do harm is refused (%#)', async (fields) => {
    const { id } = await begun()
    const end = life.engine.operations.complete(org, 'acme', id, { ...zip('x'), ...fields })
    await expect(end).rejects.toMatchObject({ code: 'invalid', field: Object.keys(fields)[0] })
    expect(storedFiles()).toEqual([])
  })
})

describe('expiry', () => {
  test('ends claims and links at the moment, and the sweep takes the result, the file and a callback that is still to be done', async () => {
    const { operations } = life.engine
    const { id } = await begun({ expiresInSeconds: 120 })
    answer = () => 500
    await operations.complete(org, 'acme', id, zip('x'))
    await pass(minuteMs)
    const [claim] = claims()
    const claimed = await operations.claim(org, 'acme', claim!)
    const token = claimed.kind === 'file' ? claimed.token : ''
    await pass(minuteMs)
    await expect(operations.claim(org, 'acme', claim!)).rejects.toMatchObject({ code: 'expired' })
    await expect(operations.file(token)).rejects.toMatchObject({ code: 'expired' })
    expect(await operations.get(org, 'acme', id)).toMatchObject({ state: 'expired' })
    expect((await operations.list(org, 'acme', { states: ['expired'] })).data).toHaveLength(1)
    expect((await operations.list(org, 'acme', { states: ['claimed'] })).data).toEqual([])
    await pass(2 * 60 * minuteMs)
    await expect.poll(() => storedFiles()).toEqual([])
    await expect(operations.claim(org, 'acme', claim!)).rejects.toMatchObject({ code: 'expired' })
    expect(await operations.get(org, 'acme', id)).toMatchObject({ state: 'expired', claimedAt: expect.any(Number) })
  })

  test('a result of JSON is gone from the disk, and after the retention the operation is too', async () => {
    const { id } = await done({ expiresInSeconds: 1 })
    const lost = await begun()
    await pass(0)
    await pass(2 * 60 * minuteMs)
    const database = new DatabaseSync(join(folder, 'queue.db'), { readOnly: true })
    expect(database.prepare('SELECT count(*) AS rows FROM operation_payload').get()).toEqual({ rows: 0 })
    database.close()
    await pass(91 * dayMs)
    for (const one of [id, lost.id])
      await expect(life.engine.operations.get(org, 'acme', one)).rejects.toMatchObject({ code: 'not_found' })
  })

  test('an application that is deleted takes its operations along, and their callbacks', async () => {
    answer = () => 500
    const { id } = await begun()
    await life.engine.operations.complete(org, 'acme', id, zip('x'))
    await pass(1000)
    await life.engine.applications.delete(org, 'acme')
    await pass(3 * 60 * minuteMs)
    expect(requests).toHaveLength(1)
    expect(life.attempts.map((attempt) => attempt.result)).toEqual(['failed', 'cancelled'])
    await expect.poll(() => storedFiles()).toEqual([])
  })
})

test.each([
  [{ kind: 'a b' }, 'kind'],
  [{ expiresInSeconds: 0 }, 'expiresInSeconds'],
  [{ expiresInSeconds: 8 * 86_400 }, 'expiresInSeconds'],
  [{ metadata: { a: 'x'.repeat(5000) } }, 'metadata.a'],
  [{ metadata: { a: 'x'.repeat(4096) } }, 'metadata'],
])('what is wrong with an input is named (%#)', async (input, field) => {
  await expect(begun(input)).rejects.toMatchObject({ code: 'invalid', field })
})

test.each([['[1]'], ['{"a":1,"a":2}'], ['{'], [`{"a":"${'x'.repeat(1024 * 1024)}"}`]])(
  'a result that is no object of at most 1 MB is refused (%#)',
  async (payload) => {
    const { id } = await begun()
    await expect(life.engine.operations.complete(org, 'acme', id, { payload })).rejects.toMatchObject({
      code: expect.stringMatching(/^(invalid|payload_too_large)$/),
    })
    expect(await life.engine.operations.get(org, 'acme', id)).toMatchObject({ state: 'running' })
  },
)
