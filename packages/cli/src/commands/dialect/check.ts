import { parseDialect, WireError } from '@posthorn/wire'
import { command } from '../../command/command.ts'
import { argument, option } from '../../command/words.ts'
import { readDefinition, type Definition } from '../../dialect/definition.ts'
import { placeOf, type Place } from '../../dialect/json-place.ts'
import { exitCodes } from '../../process/exit-codes.ts'
import type { Io } from '../../process/io.ts'
import { cellText } from '../../show/printable.ts'
import { jsonText } from '../../show/json-text.ts'

interface Options {
  readonly json?: true
}

interface Problem extends Place {
  readonly file: string
  readonly path: string
  readonly reason: string
}

/** Checks the definition of a dialect for its author. */
export const dialectCheck = command<Options>({
  name: 'check',
  summary: 'check a definition, without a server',
  description:
    'Checks the definition of a wire format: its structure, and whether requests can be signed and verified with it.',
  arguments: [argument('<file>', 'definition as JSON, or - for standard input')],
  options: [option('--json', 'print one JSON object per problem')],
  examples: ['posthorn dialect check acme.json', 'posthorn dialect check acme.json --json | jq -r .path'],
  notes: [
    'It needs no server. Each problem is a line: file:line:column, path, reason.',
    'Exit codes: 0 the definition is valid; 1 there are problems; 2 the file is not JSON.',
  ],
  async run({ io, args: [file = ''], options }) {
    const definition = await readDefinition(file, io)
    const problems = problemsOf(definition, file === '-' ? 'standard input' : file)
    for (const problem of problems) io.out(options.json ? `${jsonText(problem)}\n` : line(problem, io))
    if (problems.length > 0) return exitCodes.no
    if (!options.json) {
      const { name = 'without a name', title } = definition.value
      io.out(`${io.style('green', '✓ good')}  ${cellText(`${String(title)} (${String(name)})`)}\n`)
    }
    return exitCodes.ok
  },
})

function problemsOf({ text, value }: Definition, file: string): Problem[] {
  try {
    // `dialect put` gives the name, and the server counts the versions.
    parseDialect({ name: 'unnamed', version: 1, ...value })
    return []
  } catch (error) {
    if (!(error instanceof WireError) || error.code !== 'invalid_dialect') throw error
    return error.problems.map(({ path, reason }) => ({ file, ...placeOf(text, path), path, reason }))
  }
}

function line({ file, line: number, column, path, reason }: Problem, io: Io): string {
  const place = cellText(`${file}:${number}:${column}`)
  return `${io.style('bold', place)} ${cellText(`${path} ${reason}`.trim())}\n`
}
