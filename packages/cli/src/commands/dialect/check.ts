import { Command } from 'commander'
import { parseDialect, WireError } from '@posthorn/wire'
import type { CliCommand } from '../../command/command.ts'
import { readDefinition, type Definition } from '../../dialect/definition.ts'
import { exitCodes } from '../../process/errors.ts'
import type { Io } from '../../process/io.ts'
import { placeOf, type Place } from '../../dialect/json-place.ts'
import { cellText } from '../../show/printable.ts'

interface Options {
  readonly json?: true
}

interface Problem extends Place {
  readonly file: string
  readonly path: string
  readonly reason: string
}

const examples = `
Examples:
  posthorn dialect check acme.json
  posthorn dialect check acme.json --json | jq -r .path

It needs no server. Each problem is a line: file:line:column, path, reason.

Exit codes: 0 it can be used; 1 there are problems; 2 the file is not JSON.`

/** Checks a dialect that somebody writes. */
export function dialectCheckCommand(): CliCommand {
  const command = new Command('check')
    .summary('check a definition, without a server')
    .description('Checks the definition of a wire format: its form, and whether what it says can be sent and verified.')
    .argument('<file>', 'definition as JSON, or - for standard input')
    .option('--json', 'print one JSON object a problem')
    .addHelpText('after', examples)
  return {
    command,
    async run(io, [file = '']) {
      const options = command.opts<Options>()
      const definition = await readDefinition(file, io)
      const problems = problemsOf(definition, file === '-' ? 'standard input' : file)
      for (const problem of problems) io.out(options.json ? `${JSON.stringify(problem)}\n` : line(problem, io))
      if (problems.length > 0) return exitCodes.no
      if (!options.json) {
        const { name = 'without a name', title } = definition.value
        io.out(`${io.style('green', '✓ good')}  ${cellText(`${String(title)} (${String(name)})`)}\n`)
      }
      return exitCodes.ok
    },
  }
}

function problemsOf({ text, value }: Definition, file: string): Problem[] {
  try {
    // The command that puts it on a server names it, and versions are counted there.
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
