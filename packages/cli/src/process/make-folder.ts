import { mkdirSync, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'

/**
 * Makes a folder and those above it that are missing, for their owner only. Not `mkdir` with `recursive`: where a folder cannot be
 * created below one that is there (`/proc/x`), Node 26 tries for ever and ignores every signal.
 *
 * The engine does the same for its data folder; commands that do not start it must not load it.
 *
 * @throws what the system says, or that a file is in the way
 */
export function makeFolder(path: string): void {
  const missing: string[] = []
  for (let at = resolve(path); !isFolder(at); at = dirname(at)) missing.push(at)
  for (const folder of missing.toReversed()) {
    try {
      mkdirSync(folder, { mode: 0o700 })
    } catch (error) {
      // Another process made it a moment ago.
      if (!(hasCode(error, 'EEXIST') && isFolder(folder))) throw error
    }
  }
}

/** `false`: there is nothing. @throws there is something else */
function isFolder(path: string): boolean {
  const found = statSync(path, { throwIfNoEntry: false })
  if (found && !found.isDirectory()) throw new Error(`${path} is a file, not a folder`)
  // The root is always there.
  return found !== undefined || dirname(path) === path
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code
}
