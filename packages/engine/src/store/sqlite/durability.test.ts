import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import {
  appendFileSync,
  cpSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { createInterface } from 'node:readline'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { missing, runs } from '../../transport/http/testing/tools.ts'
import { anApplication } from '../../testing/nouns.ts'
import { newId, t0 } from '../conformance/harness.ts'
import type { AcceptItem } from '../queue.ts'
import { messageQuery, type MessageQuery } from '../queue.ts'
import type { Store } from '../store.ts'
import { ledgerMigrations } from './file/ledger-schema.ts'
import { openWriter } from './file/open-file.ts'
import { queueMigrations } from './file/queue-schema.ts'
import { scalar } from './file/scalar.ts'
import { openSqlite } from './open.ts'

const program = join(import.meta.dirname, 'testing', 'accepting-process.ts')
const pageBytes = 4096
let root: string
let children: ChildProcess[] = []

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'posthorn-test-'))
})

afterEach(async () => {
  for (const child of children)
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGKILL')
      await once(child, 'exit')
    }
  children = []
  rmSync(root, { recursive: true, force: true })
})

function openHere(folder: string, threads = false): Promise<Store> {
  const onLost = (message: string): void => {
    throw new Error(`The store lost its disk in a test: ${message}`)
  }
  return openSqlite({ folder, threads, newId, onLost })
}

function anItem(index: number, catalogVersion: number): AcceptItem {
  const message = {
    id: newId('msg', t0),
    app: 'app_1',
    eventType: 'a',
    eventId: null,
    payload: JSON.stringify({ index, text: 'x'.repeat(500) }),
    channels: null,
    tags: null,
    params: {},
    platform: null,
    occurredAt: t0,
    acceptedAt: t0,
    deliverAt: null,
    deliver: true,
    targets: ['ep_1'],
  }
  const work = [{ target: 'ep_1', claimed: false }]
  return { message, expiresAt: t0 + 1, ownRetention: false, work, catalogVersion, idempotency: null }
}

/** Of the one application, which is made where it is not there. */
async function versionOfApplication(store: Store): Promise<number> {
  const unit = { kind: 'application', id: 'app_1' } as const
  const row = { application: anApplication({ id: unit.id, org: 'org_test' }), keys: [] }
  const expected = [{ ...unit, version: 0 }]
  await store.catalog.write({ changes: [{ kind: 'application', row, create: true }], expected, idempotency: null })
  const { applications } = await store.catalog.load()
  return applications.find(({ application }) => application.id === unit.id)!.version
}

/** Accepts one after another; answers the ids in their order. */
async function acceptSome(store: Store, count: number): Promise<string[]> {
  const ids: string[] = []
  const version = await versionOfApplication(store)
  for (let index = 0; index < count; index += 1) {
    const item = anItem(index, version)
    expect(await store.queue.accept(item)).toEqual({ state: 'accepted' })
    ids.push(item.message.id)
  }
  return ids
}

/** A folder with messages in it, closed in good order. */
async function aClosedFolder(count = 60): Promise<{ folder: string; ids: string[] }> {
  const folder = join(root, 'data')
  const store = await openHere(folder)
  const ids = await acceptSome(store, count)
  await store.close()
  return { folder, ids }
}

/** What a process that died at this moment leaves behind. */
function leftBehind(folder: string): string {
  const copy = mkdtempSync(join(root, 'copy-'))
  cpSync(folder, copy, { recursive: true })
  return copy
}

/** The ids on disk, in order, after a look at every page. */
function soundIds(folder: string): string[] {
  const database = new DatabaseSync(join(folder, 'queue.db'))
  try {
    expect(scalar(database, 'PRAGMA integrity_check')).toBe('ok')
    return database
      .prepare('SELECT id FROM message ORDER BY seq')
      .all()
      .map((row) => String(row.id))
  } finally {
    database.close()
  }
}

interface Run {
  /** Lines that it printed. */
  readonly lines: readonly string[]
  readonly errors: string
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

function start(command: readonly string[]): ChildProcess {
  const [name = '', ...args] = command
  const child = spawn(name, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  children.push(child)
  return child
}

function accepting(folder: string, rounds: number, together: number, ...more: string[]): string[] {
  return [process.execPath, '--conditions=posthorn-source', program, folder, String(rounds), String(together), ...more]
}

async function run(command: readonly string[]): Promise<Run> {
  const child = start(command)
  let output = ''
  let errors = ''
  child.stdout?.on('data', (chunk: Buffer) => (output += chunk.toString()))
  child.stderr?.on('data', (chunk: Buffer) => (errors += chunk.toString()))
  const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null]
  return { lines: output.split('\n').filter(Boolean), errors, code, signal }
}

function acked({ lines }: Run): string[] {
  return lines.filter((line) => line.startsWith('acked ')).map((line) => line.slice(6))
}

/** Waits for a line of a process that goes on. */
async function saying(child: ChildProcess, line: string): Promise<void> {
  if (!child.stdout) throw new Error('no output')
  for await (const said of createInterface({ input: child.stdout })) if (said === line) return
  throw new Error(`it ended without saying ${line}`)
}

describe('a file is opened', () => {
  test('A4: with write-ahead logging and every commit synced', () => {
    const database = openWriter(join(root, 'queue.db'), queueMigrations, 'FULL')
    expect(scalar(database, 'PRAGMA journal_mode')).toBe('wal')
    expect(scalar(database, 'PRAGMA synchronous')).toBe(2)
    database.close()
  })

  test('A4: or not at all, where it cannot be: a temporary database has no write-ahead log', () => {
    expect(() => openWriter('', queueMigrations, 'FULL')).toThrow(
      expect.objectContaining({ code: 'database_refused', message: expect.stringContaining('journal_mode') }),
    )
  })

  test('by a Posthorn that knows its schema: one from a newer Posthorn is refused and not touched', async () => {
    const { folder } = await aClosedFolder(1)
    for (const [name, known] of [
      ['queue.db', queueMigrations.length],
      ['ledger.db', ledgerMigrations.length],
    ] as const) {
      const path = join(folder, name)
      const database = new DatabaseSync(path)
      database.exec(`PRAGMA user_version = ${known + 1}`)
      database.close()
      const before = readFileSync(path)
      await expect(openHere(folder)).rejects.toMatchObject({
        code: 'database_refused',
        message: expect.stringContaining('newer Posthorn') as string,
      })
      expect(readFileSync(path).equals(before)).toBe(true)
      const back = new DatabaseSync(path)
      back.exec(`PRAGMA user_version = ${known}`)
      back.close()
    }
    await (await openHere(folder)).close()
  })
})

describe('A8: one process a folder', () => {
  test('a second one is refused with what to do, in threads or not, and the first goes on', async () => {
    const folder = join(root, 'data')
    const first = await openHere(folder)
    for (const threads of [false, true])
      await expect(openHere(folder, threads)).rejects.toMatchObject({
        code: 'database_locked',
        message: expect.stringMatching(
          /Another Posthorn is using the data folder .*data.*POSTHORN_DATABASE_URL/,
        ) as string,
      })
    await acceptSome(first, 1)
    await first.close()
    await (await openHere(folder)).close()
  })

  test('another program’s folder is refused; when that is killed the kernel frees it, and its claims come back', async () => {
    const folder = join(root, 'data')
    const child = start(accepting(folder, 1, 3, 'stay'))
    await saying(child, 'done')
    await expect(openHere(folder)).rejects.toMatchObject({ code: 'database_locked' })
    child.kill('SIGKILL')
    await once(child, 'exit')
    const store = await openHere(folder)
    const [lane] = await store.queue.lanes()
    const now = Date.now()
    const { work, outcomes } = await store.queue.claim({
      target: lane?.target ?? '',
      from: 0,
      now,
      limit: 10,
      maxBytes: 2 ** 30,
    })
    expect(work.map(({ generation, failures }) => ({ generation, failures }))).toEqual(
      Array.from({ length: 3 }, () => ({ generation: 2, failures: 0 })),
    )
    expect(outcomes.map(({ result }) => result)).toEqual(['interrupted', 'interrupted', 'interrupted'])
    await store.close()
  })
})

describe('A9: a damaged file', () => {
  test('a page that is no page any more is refused, whichever it is, with what to do; every file stays as it is', async () => {
    const { folder } = await aClosedFolder()
    for (const name of ['queue.db', 'ledger.db']) {
      const path = join(folder, name)
      const whole = readFileSync(path)
      expect(whole.length / pageBytes).toBeGreaterThan(3)
      for (let at = 0; at < whole.length; at += pageBytes) {
        const damaged = Buffer.from(whole)
        damaged.fill(0xff, at, at + 16)
        writeFileSync(path, damaged)
        await expect(openHere(folder), `${name}, page ${at / pageBytes + 1}`).rejects.toMatchObject({
          code: 'database_refused',
          message: expect.stringMatching(/damaged.*restore the last backup/s) as string,
        })
        expect(readFileSync(path).equals(damaged)).toBe(true)
      }
      writeFileSync(path, whole)
    }
    await (await openHere(folder)).close()
  })

  test('the refusal is the same in threads', async () => {
    const { folder } = await aClosedFolder(1)
    writeFileSync(join(folder, 'queue.db'), 'x'.repeat(2 * pageBytes))
    await expect(openHere(folder, true)).rejects.toMatchObject({
      code: 'database_refused',
      message: expect.stringContaining('damaged') as string,
    })
  })

  test('a file that lost its end is refused', async () => {
    const { folder } = await aClosedFolder()
    const path = join(folder, 'queue.db')
    truncateSync(path, statSync(path).size - 2 * pageBytes)
    await expect(openHere(folder)).rejects.toMatchObject({ code: 'database_refused' })
  })

  test('a missing -shm is harmless', async () => {
    const folder = join(root, 'data')
    const store = await openHere(folder)
    const ids = await acceptSome(store, 5)
    const copy = leftBehind(folder)
    await store.close()
    rmSync(join(copy, 'queue.db-shm'))
    const after = await openHere(copy)
    expect((await after.queue.messages(allOf('app_1'))).map(({ id }) => id)).toEqual(ids)
    await after.close()
  })

  test('a -wal that lost its end loses the last commit and nothing before it', async () => {
    const folder = join(root, 'data')
    const store = await openHere(folder)
    const ids = await acceptSome(store, 5)
    const copy = leftBehind(folder)
    await store.close()
    const wal = join(copy, 'queue.db-wal')
    truncateSync(wal, statSync(wal).size - 100)
    expect(soundIds(copy)).toEqual(ids.slice(0, 4))
    const after = await openHere(copy)
    await acceptSome(after, 1)
    await after.close()
  })

  test('garbage at the end of a -wal is ignored: it has no valid checksum', async () => {
    const folder = join(root, 'data')
    const store = await openHere(folder)
    const ids = await acceptSome(store, 5)
    const copy = leftBehind(folder)
    await store.close()
    appendFileSync(join(copy, 'queue.db-wal'), Buffer.alloc(3 * pageBytes, 0x5a))
    const after = await openHere(copy)
    expect((await after.queue.messages(allOf('app_1'))).map(({ id }) => id)).toEqual(ids)
    await after.close()
    expect(soundIds(copy)).toEqual(ids)
  })
})

function allOf(app: string): MessageQuery {
  return messageQuery(app, { order: 'ascending', limit: 1000 })
}

const hasStrace = runs('strace', '-V')
const lacking = missing('strace', hasStrace)

describe.skipIf(lacking !== '')(`with a disk that fails or a process that dies${lacking}`, () => {
  // Not with --seccomp-bpf: strace 6.1 injects no signals then.
  /** SQLite calls one of the two, whichever it was built for. */
  const syncs = 'fsync,fdatasync'

  function strace(options: readonly string[], command: readonly string[]): string[] {
    return ['strace', '-f', '-o', join(root, 'strace.txt'), ...options, ...command]
  }

  /** Everything acknowledged is there, and at most one group more; each message has its one delivery. */
  function expectNoLoss(folder: string, ids: readonly string[], together: number): void {
    const there = soundIds(folder)
    expect(there).toEqual(expect.arrayContaining([...ids]))
    expect(there.length - ids.length).toBeLessThanOrEqual(together)
    const database = new DatabaseSync(join(folder, 'queue.db'))
    const rows = database.prepare('SELECT message, count(*) AS count FROM work GROUP BY message ORDER BY message').all()
    database.close()
    expect(rows.map((row) => [row.message, row.count])).toEqual(there.toSorted().map((id) => [id, 1]))
  }

  test('A3: no acknowledgement before its sync', async () => {
    const folder = join(root, 'data')
    const result = await run(strace(['-e', `trace=${syncs},write`, '-s', '16'], accepting(folder, 12, 1)))
    expect(acked(result).length, result.errors).toBe(12)
    let synced = false
    let acknowledged = 0
    for (const line of readFileSync(join(root, 'strace.txt'), 'utf8').split('\n')) {
      if (/f(data)?sync.* = 0$/.test(line)) synced = true
      if (!line.includes('"acked msg_')) continue
      expect(synced).toBe(true)
      synced = false
      acknowledged += 1
    }
    expect(acknowledged).toBe(12)
  })

  // The first syncs of a thread make the files and the schema, the later ones are accepts.
  test.each([
    { sync: 2, together: 1, least: 0 },
    { sync: 17, together: 1, least: 1 },
    { sync: 18, together: 8, least: 8 },
    { sync: 30, together: 64, least: 64 },
  ])(
    'A1: killed at sync $sync with $together at once, it has lost nothing that it acknowledged',
    async ({ sync, together, least }) => {
      const folder = join(root, 'data')
      const inject = ['-e', `trace=${syncs}`, '-e', `inject=${syncs}:signal=SIGKILL:when=${sync}`]
      const result = await run(strace(inject, accepting(folder, 100, together)))
      expect(result.lines).not.toContain('done')
      expect(readFileSync(join(root, 'strace.txt'), 'utf8')).toContain('+++ killed by SIGKILL +++')
      const ids = acked(result)
      expect(ids.length, result.errors).toBeGreaterThanOrEqual(least)
      // The next process starts without help, whatever was half made.
      await (await openHere(folder)).close()
      expectNoLoss(folder, ids, together)
    },
  )

  test.each([18, 25])(
    'A5: when sync %i fails the process ends, acknowledges nothing more, and starts clean',
    async (sync) => {
      const folder = join(root, 'data')
      const inject = ['-e', `trace=${syncs}`, '-e', `inject=${syncs}:error=EIO:when=${sync}`]
      const result = await run(strace(inject, accepting(folder, 100, 4)))
      expect({ code: result.code, signal: result.signal }).toEqual({ code: 74, signal: null })
      expect(result.errors).toContain('the store cannot write to its disk')
      expect(result.lines.filter((line) => !/^(open|acked msg_\w+)$/.test(line))).toEqual([])
      const ids = acked(result)
      expect(ids.length, result.errors).toBeGreaterThan(0)
      const store = await openHere(folder)
      await acceptSome(store, 1)
      await store.close()
      const ours = soundIds(folder)
      expect(ours).toEqual(expect.arrayContaining(ids))
      expect(ours.length).toBeLessThanOrEqual(ids.length + 4 + 1)
    },
  )
})
