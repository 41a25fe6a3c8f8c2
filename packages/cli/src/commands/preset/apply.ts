import { Command } from 'commander'
import { accessHelp, addAccess, apiAccess, type AccessOptions } from '../../api/access.ts'
import type { CliCommand } from '../../command/command.ts'
import { CliError, errorText, exitCodes } from '../../process/errors.ts'
import { apiCode } from '../../api/refusal.ts'
import { printable } from '../../show/printable.ts'

interface Options extends AccessOptions {
  readonly overwrite?: true
  readonly json?: true
}

const examples = `
Examples:
  posthorn preset apply acme scalefusion
  posthorn preset apply acme scalefusion --overwrite

Event types that the organisation lacks are created. One that is there and says something else is a conflict, and nothing
is changed, unless --overwrite is given.

${accessHelp}`

/** Makes an application one of a vendor's. */
export function presetApplyCommand(): CliCommand {
  const command = new Command('apply')
    .summary("make an application one of a vendor's")
    .description("Makes an application one of a vendor's: its event types, wire format, policy and rules.")
    .argument('<app>', 'application: its id or uid')
    .argument('<name>', 'preset')
    .option('--overwrite', 'replace event types that differ, and give up a dialect of the application')
  addAccess(command).option('--json', 'print the application as JSON').addHelpText('after', examples)
  return {
    command,
    async run(io, [app = '', name = '']) {
      const options = command.opts<Options>()
      const { client } = await apiAccess(options, io)
      const body = { name, ...(options.overwrite ? { overwrite: true } : {}) }
      const applied = await client.preset.apply({ params: { app_id: app }, body }).catch((error: unknown) => {
        throw apiCode(error) === 'conflict' ? withOverwrite(error) : error
      })
      if (options.json) {
        io.out(`${JSON.stringify(applied)}\n`)
        return exitCodes.ok
      }
      const { title, dialect, eventTypes } = await client.preset.get({ params: { preset_name: name } })
      io.out(
        printable(
          `${app} is one of ${title}'s now: dialect ${dialect}, ${eventTypes.length} event types.\n` +
            `posthorn preset show ${name} has its rules.\n`,
        ),
      )
      return exitCodes.ok
    },
  }
}

function withOverwrite(error: unknown): CliError {
  return new CliError(`the server refused: ${errorText(error)}`, 'To replace what is there: --overwrite')
}
