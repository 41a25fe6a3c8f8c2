import { scan } from '@posthorn/wire'
import { readInput } from '../command/input.ts'
import { CliError } from '../process/cli-error.ts'
import type { Io } from '../process/io.ts'
import { placeAt } from './json-place.ts'

/** A definition as text and as a value. */
export interface Definition {
  readonly text: string
  readonly value: Record<string, unknown>
}

/** Reads a JSON object from a file, or from standard input for `-`. The error for invalid JSON names line and column. */
export async function readDefinition(file: string, io: Io): Promise<Definition> {
  const name = file === '-' ? 'standard input' : file
  const text = new TextDecoder().decode(await readInput(file, io))
  const scanned = scan(text)
  if (!scanned.ok) {
    const { line, column } = placeAt(text, scanned.at)
    throw new CliError(
      `${name}:${line}:${column} this is not valid JSON: ${scanned.reason}.`,
      'Strict JSON is required: no comments, no trailing comma, no duplicate member.',
    )
  }
  if (scanned.kind !== 'object')
    throw new CliError(
      `${name} does not contain a JSON object.`,
      "To get one to begin with: posthorn dialect show standard --json | jq '.definition | del(.name, .version)'",
    )
  return { text, value: JSON.parse(text) as Record<string, unknown> }
}
