import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { EngineError } from './errors.ts'
import { makeFolder } from './make-folder.ts'
import type { OpenOptions } from './options.ts'
import { parseSecretKey } from './directory/secrets.ts'

export interface DataFolder {
  readonly path: string
  readonly secretKey: Uint8Array
  /** Removes the folder when it is a temporary one. */
  close(): void
}

/**
 * Finds or creates the folder that `database` names, and the key that encrypts secrets in it.
 *
 * @throws EngineError `invalid`
 */
export function openDataFolder(options: OpenOptions, randomBytes: (count: number) => Uint8Array): DataFolder {
  const match = /^sqlite:(.+)$/s.exec(options.database)
  if (!match?.[1]?.trim())
    throw new EngineError(
      'invalid',
      `${JSON.stringify(options.database)} is not the address of a database. Use sqlite: and a folder, such as sqlite:./posthorn-data.`,
      { field: 'database' },
    )
  // A malformed key is refused before a folder is created.
  const givenKey = options.secretKey === undefined ? null : parseSecretKey(options.secretKey)
  const temporary = match[1] === ':memory:'
  const path = temporary ? mkdtempSync(join(tmpdir(), 'posthorn-')) : folderOf(resolve(match[1]))
  return {
    path,
    secretKey: givenKey ?? parseSecretKey(usable(path, 'written', () => keptKey(path, randomBytes))),
    close: () => {
      if (temporary) rmSync(path, { recursive: true, force: true })
    },
  }
}

function folderOf(path: string): string {
  return usable(path, 'created', () => {
    makeFolder(path)
    return path
  })
}

/** Runs a step that writes to the folder. What the system says against it becomes an error that says what to do. */
function usable<T>(path: string, what: 'created' | 'written', step: () => T): T {
  try {
    return step()
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new EngineError(
      'invalid',
      `The data folder ${path} cannot be ${what} (${why}). Name a folder that this process may write, on a local disk.`,
      { field: 'database', cause },
    )
  }
}

/** The key that is kept in the folder when none is given. It protects a copy of the database, not a copy of the folder. */
function keptKey(folder: string, randomBytes: (count: number) => Uint8Array): string {
  const file = join(folder, 'secret.key')
  if (!existsSync(file)) {
    // Synced before anything is encrypted with it: without the key, nothing of it could be read after a power failure.
    writeFileSync(file, Buffer.from(randomBytes(32)).toString('base64'), { mode: 0o600, flag: 'wx', flush: true })
    chmodSync(file, 0o600)
  }
  return readFileSync(file, 'utf8').trim()
}
