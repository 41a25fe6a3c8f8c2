import { Command } from 'commander'
import { accessHelp, addAccess, apiAccess, type AccessOptions } from '../../api/access.ts'
import type { CliCommand } from '../../command/command.ts'
import { exitCodes } from '../../process/errors.ts'
import { cellText } from '../../show/printable.ts'

interface Options extends AccessOptions {
  readonly json?: true
}

const examples = `
Example:
  posthorn dialect delete acme

All of its versions go. One that an endpoint or an application speaks stays, and the answer names who.

${accessHelp}`

/** Deletes a dialect of the organisation's own. */
export function dialectDeleteCommand(): CliCommand {
  const command = new Command('delete')
    .summary('delete one of your own')
    .description('Deletes a wire format of your own, with all of its versions.')
    .argument('<name>', 'dialect')
  addAccess(command).option('--json', 'print one JSON object').addHelpText('after', examples)
  return {
    command,
    async run(io, [name = '']) {
      const options = command.opts<Options>()
      const { client } = await apiAccess(options, io)
      await client.dialect.delete({ params: { dialect_name: name } })
      io.out(options.json ? `${JSON.stringify({ name, deleted: true })}\n` : `${cellText(name)} is deleted\n`)
      return exitCodes.ok
    },
  }
}
