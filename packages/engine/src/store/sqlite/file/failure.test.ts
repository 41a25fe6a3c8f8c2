import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, onTestFinished, test } from 'vitest'
import { refusalOf } from '../threads/refusal.ts'
import { readFailure, writeFailure } from './failure.ts'
import { openWriter } from './open-file.ts'

function newDatabase(): { path: string; database: DatabaseSync } {
  const folder = mkdtempSync(join(tmpdir(), 'posthorn-test-'))
  const path = join(folder, 'a.db')
  const database = new DatabaseSync(path)
  database.exec('PRAGMA journal_mode = wal; CREATE TABLE t (x)')
  onTestFinished(() => {
    database.close()
    rmSync(folder, { recursive: true, force: true })
  })
  return { path, database }
}

function errorOf(work: () => unknown): unknown {
  try {
    work()
  } catch (error) {
    return error
  }
  throw new Error('nothing failed')
}

/** How each failure is made, with SQLite itself. */
const failures: readonly (readonly [name: string, make: () => unknown, kind: string, code: string | undefined])[] = [
  [
    'a lock of another connection',
    () => {
      const { path, database } = newDatabase()
      const other = new DatabaseSync(path)
      onTestFinished(() => other.close())
      other.exec('BEGIN EXCLUSIVE')
      return errorOf(() => database.exec('BEGIN IMMEDIATE'))
    },
    'busy',
    'database_locked',
  ],
  [
    'a file that is full',
    () => {
      const { database } = newDatabase()
      database.exec('PRAGMA max_page_count = 2')
      return errorOf(() => database.exec('INSERT INTO t VALUES (zeroblob(100000))'))
    },
    'full',
    'overloaded',
  ],
  [
    'a file that may only be read',
    () => {
      const { path } = newDatabase()
      const reader = new DatabaseSync(path, { readOnly: true })
      onTestFinished(() => reader.close())
      return errorOf(() => reader.exec('INSERT INTO t VALUES (1)'))
    },
    'refused',
    'database_refused',
  ],
  [
    'a file that cannot be opened',
    () => errorOf(() => new DatabaseSync('/dev/null/a.db')),
    'refused',
    'database_refused',
  ],
  [
    'a file of something else',
    () => {
      const { path } = newDatabase()
      writeFileSync(`${path}.other`, 'x'.repeat(10_000))
      const other = new DatabaseSync(`${path}.other`)
      onTestFinished(() => other.close())
      return errorOf(() => other.exec('SELECT * FROM sqlite_schema'))
    },
    'lost',
    undefined,
  ],
  ['a wrong statement', () => errorOf(() => newDatabase().database.exec('SELEC 1')), 'bug', undefined],
  ['an error of our own', () => new TypeError('no'), 'bug', undefined],
]

describe('A7 why the database could not do it', () => {
  test.each(failures)('%s', (_, make, kind, code) => {
    const failure = writeFailure(make())
    expect(failure.kind).toBe(kind)
    const refusal = refusalOf(failure)
    expect(refusal?.code).toBe(code)
    if (refusal) expect(refusal.retryAfterSeconds).toBeGreaterThan(0)
  })

  test('a page that cannot be read ends no process: the files are as they were', () => {
    const [, make] = failures.find(([name]) => name === 'a file of something else')!
    const failure = readFailure(make())
    expect(failure.kind).toBe('refused')
    expect(refusalOf(failure)?.code).toBe('database_refused')
  })
})

describe('A8 a file that cannot be opened at the start', () => {
  test.each<[name: string, spoil: (path: string) => void, code: string]>([
    [
      'because another process has locked it',
      (path) => {
        const other = new DatabaseSync(path)
        onTestFinished(() => other.close())
        other.exec('BEGIN EXCLUSIVE')
      },
      'database_locked',
    ],
    [
      'because a folder has its name',
      (path) => {
        rmSync(path)
        mkdirSync(path)
      },
      'database_refused',
    ],
    ['because it is something else', (path) => writeFileSync(path, 'x'.repeat(10_000)), 'database_refused'],
  ])('%s', (_, spoil, code) => {
    const folder = mkdtempSync(join(tmpdir(), 'posthorn-test-'))
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
    const path = join(folder, 'queue.db')
    openWriter(path, ['CREATE TABLE t (x)'], 'NORMAL').close()
    spoil(path)
    expect(() => openWriter(path, ['CREATE TABLE t (x)', 'CREATE TABLE u (x)'], 'NORMAL')).toThrow(
      expect.objectContaining({ name: 'EngineError', code, message: expect.stringContaining(path) }),
    )
  })
})
