import { scan } from '@posthorn/wire'
import { readInput } from '../command/input.ts'
import { CliError } from '../process/cli-error.ts'
import type { Io } from '../process/io.ts'
import { placeAt } from './json-place.ts'

/** The text of a definition, and what it says. */
export interface Definition {
  readonly text: string
  readonly value: Record<string, unknown>
}

/** The JSON object in a file, or in standard input for `-`; what is none is refused with its line. */
export async function readDefinition(file: string, io: Io): Promise<Definition> {
  const name = file === '-' ? 'standard input' : file
  const text = new TextDecoder().decode(await readInput(file, io))
  const scanned = scan(text)
  if (!scanned.ok) {
    const { line, column } = placeAt(text, scanned.at)
    throw new CliError(
      `${name}:${line}:${column} this is not JSON: ${scanned.reason}.`,
      'Strict JSON is expected: no comments, no comma at the end, no member twice.',
    )
  }
  if (scanned.kind !== 'object')
    throw new CliError(
      `${name} does not hold a JSON object.`,
      "posthorn dialect show standard --json | jq '.definition | del(.name, .version)' is one to begin with.",
    )
  return { text, value: JSON.parse(text) as Record<string, unknown> }
}
