import { Command } from 'commander'
import type { DialectOut } from '@posthorn/api'
import { accessHelp, addAccess, apiAccess, type AccessOptions } from '../../api/access.ts'
import type { CliCommand } from '../../command/command.ts'
import { exitCodes } from '../../process/errors.ts'
import type { Io } from '../../process/io.ts'
import { cellText, printable } from '../../show/printable.ts'

interface Options extends AccessOptions {
  readonly version?: string
  readonly json?: true
}

const examples = `
Examples:
  posthorn dialect show scalefusion
  posthorn dialect show acme --version 2
  posthorn dialect show standard --json | jq '.definition | del(.name, .version)' > acme.json      to begin with

${accessHelp}`

/** Shows a dialect. */
export function dialectShowCommand(): CliCommand {
  const command = new Command('show')
    .summary('show one: parameters, versions, definition')
    .description('Shows a wire format: what it asks for, its versions, and its definition.')
    .argument('<name>', 'dialect')
    .option('--version <number>', 'of a dialect of your own; the newest when absent')
  addAccess(command).option('--json', 'print one JSON object').addHelpText('after', examples)
  return {
    command,
    async run(io, [name = '']) {
      const options = command.opts<Options>()
      const { client } = await apiAccess(options, io)
      const { version } = options
      const dialect = await client.dialect.get({ params: { dialect_name: name }, query: { version } })
      io.out(options.json ? `${JSON.stringify(dialect)}\n` : shown(dialect, io))
      return exitCodes.ok
    },
  }
}

function shown({ name, title, version, versions, builtIn, params, definition }: DialectOut, io: Io): string {
  const others = versions.filter((one) => one !== version)
  const about = builtIn
    ? 'built in'
    : `your own, version ${version}${others.length === 0 ? '' : ` (there are also ${others.join(', ')})`}`
  const values = Object.entries(params).map(
    ([param, { required, description }]) =>
      `  ${cellText(param)}${required ? ', required' : ''}: ${cellText(description)}\n`,
  )
  return [
    `${io.style('bold', cellText(title))} (${cellText(name)})\n${about}\n`,
    ...(values.length === 0 ? [] : [`${io.style('bold', 'Parameters')}\n${values.join('')}`]),
    `${io.style('bold', 'Definition')}\n${printable(JSON.stringify(definition, null, 2))}\n`,
  ].join('\n')
}
