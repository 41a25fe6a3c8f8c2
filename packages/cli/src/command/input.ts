import { readFileSync } from 'node:fs'
import { CliError } from '../process/cli-error.ts'
import { exitCodes } from '../process/exit-codes.ts'
import type { Io } from '../process/io.ts'
import { errorText } from '../process/system-error.ts'

/** The bytes of a file, or of standard input for `-`. */
export async function readInput(file: string, io: Io): Promise<Uint8Array> {
  if (file === '-') return io.stdin()
  try {
    return readFileSync(file)
  } catch (error) {
    throw new CliError(
      `${file} cannot be read: ${errorText(error)}`,
      'Name a file, or - for standard input.',
      exitCodes.unable,
    )
  }
}

/**
 * The text of a JSON object: the argument itself, or for `@file` and `-` what it names. It is returned as it was written,
 * because parsing it would lose the digits of large numbers.
 */
export async function readJsonObject(text: string, io: Io, what: 'payload' | 'filter' = 'payload'): Promise<string> {
  const json =
    text === '-' || text.startsWith('@') ? utf8(await readInput(text === '-' ? text : text.slice(1), io), what) : text
  let value: unknown
  try {
    value = JSON.parse(json)
  } catch (error) {
    throw new CliError(
      `the ${what} is not JSON: ${errorText(error)}`,
      `Quote it for your shell: ${what === 'payload' ? '--payload ' : ''}'{"name":"Ada"}', or use @file.json`,
    )
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new CliError(`the ${what} is not a JSON object.`, 'Put it into an object: {"items": [...]}')
  }
  return json.trim()
}

function utf8(bytes: Uint8Array, what: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw new CliError(`the ${what} is not UTF-8.`, 'Save the file as UTF-8.')
  }
}
