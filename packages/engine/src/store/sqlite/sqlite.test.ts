import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { newId, type StoreHarness, type Subject } from '../conformance/harness.ts'
import { storeSuite } from '../conformance/store-suite.ts'
import { openSqlite } from './open.ts'

function newFolder(): string {
  return mkdtempSync(join(tmpdir(), 'posthorn-test-'))
}

async function openIn(folder: string, threads: boolean): Promise<Subject> {
  const store = await openSqlite({ folder, threads, newId, onLost: lost })
  let closed: Promise<void> | null = null
  const close = (): Promise<void> => (closed ??= store.close())
  return {
    store,
    dump: async () => ['queue.db', 'ledger.db'].map((file) => dumpOf(join(folder, file))),
    reopen: async () => {
      await close()
      return openIn(folder, threads)
    },
    crash: () => openIn(leftBehind(folder, /(-shm|\.lock)$/), false),
    powerFailure: () => openIn(leftBehind(folder, /(-shm|\.lock|in-flight)$/), false),
    close: async () => {
      await close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/**
 * What is in the files at this moment is what the kernel would show to the next process; commits are synced, so it is what
 * a machine that restarts shows too. That process starts without threads: three of them take half a second on a small machine.
 */
function leftBehind(folder: string, without: RegExp): string {
  const copy = newFolder()
  cpSync(folder, copy, { recursive: true, filter: (path) => !without.test(path) })
  return copy
}

function lost(message: string): void {
  throw new Error(`The store lost its disk in a test: ${message}`)
}

/** Every row of every table. */
function dumpOf(path: string): unknown {
  const database = new DatabaseSync(path, { readOnly: true })
  try {
    const tables = database.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name").all()
    return tables.map(({ name }) => [name, database.prepare(`SELECT * FROM "${String(name)}"`).all()])
  } finally {
    database.close()
  }
}

const modes: readonly (readonly [name: string, harness: StoreHarness])[] = [
  ['sqlite, in threads', { open: () => openIn(newFolder(), true) }],
  ['sqlite, in this thread', { open: () => openIn(newFolder(), false) }],
]

for (const [name, harness] of modes) storeSuite(name, harness)
