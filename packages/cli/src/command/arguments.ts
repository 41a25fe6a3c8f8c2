import { readFileSync } from 'node:fs'
import { InvalidArgumentError } from 'commander'
import { CliError, errorText, exitCodes } from '../process/errors.ts'
import type { Io } from '../process/io.ts'

/** Collects an option that may be given several times. */
export function collect(value: string, before: readonly string[] = []): string[] {
  return [...before, value]
}

/** `name=value` pairs of `--param`. */
export function pairs(option: string, texts: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    texts.map((text) => {
      const at = text.indexOf('=')
      if (at < 1) throw new CliError(`${option} ${text}: there is no name and "=".`, `Write it as ${option} name=value`)
      return [text.slice(0, at), text.slice(at + 1)]
    }),
  )
}

const unitsSeconds: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 }

/** `90s`, `30m`, `12h`, `7d`, or a number of seconds. */
export function seconds(text: string): number {
  const found = /^(\d{1,9})([smhd]?)$/.exec(text)
  const value = found === null ? 0 : Number(found[1]) * (unitsSeconds[found[2] || 's'] ?? 1)
  if (value < 1) throw new InvalidArgumentError('Write it as 90s, 30m, 12h or 7d.')
  return value
}

export function port(text: string): number {
  const value = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN
  if (!(value <= 65_535)) throw new InvalidArgumentError('A port is a number from 0 to 65535; 0 takes a free one.')
  return value
}

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

/** A payload, or another thing of that kind, as it is given: JSON, `@file`, or `-`. It must be a JSON object. */
export async function readPayload(text: string, io: Io, what: 'payload' | 'filter' = 'payload'): Promise<string> {
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
    throw new CliError(`the ${what} is not a JSON object.`, 'Put it into one: {"items": [...]}')
  }
  return json.trim()
}

/** A moment: seconds or milliseconds since 1970, or an ISO 8601 time. Answers milliseconds. */
export function moment(text: string): number {
  if (/^\d{1,11}$/.test(text)) return Number(text) * 1000
  if (/^\d{12,14}$/.test(text)) return Number(text)
  const value = /^\d{4}-\d\d-\d\dT/.test(text) ? Date.parse(text) : Number.NaN
  if (Number.isNaN(value)) throw new InvalidArgumentError('Write it as 1614265330 (seconds) or 2026-01-31T12:00:00Z.')
  return value
}

function utf8(bytes: Uint8Array, what: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw new CliError(`the ${what} is not UTF-8.`, 'Save the file as UTF-8.')
  }
}
