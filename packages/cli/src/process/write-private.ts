import { renameSync, writeFileSync } from 'node:fs'

/** Writes a file that only its owner can read. The file is never incomplete. */
export function writePrivate(file: string, text: string): void {
  const unfinished = `${file}.${process.pid}`
  writeFileSync(unfinished, text, { mode: 0o600 })
  renameSync(unfinished, file)
}
