import { Command } from 'commander'
import { accessHelp, addAccess, apiAccess, type AccessOptions } from '../../api/access.ts'
import type { CliCommand } from '../../command/command.ts'
import { exitCodes } from '../../process/errors.ts'
import { cellText } from '../../show/printable.ts'
import { printJsonRows, readRows } from '../../api/rows.ts'
import { showTable } from '../../show/table.ts'

interface Options extends AccessOptions {
  readonly json?: true
}

const examples = `
Examples:
  posthorn dialect list
  posthorn dialect list --json | jq -r 'select(.builtIn | not) | .name'

${accessHelp}`

/** Lists the dialects that endpoints of the organisation may speak. */
export function dialectListCommand(): CliCommand {
  const command = new Command('list')
    .summary('list them')
    .description('Lists the wire formats that endpoints may speak: those that are built in, and your own.')
  addAccess(command).option('--json', 'print one JSON object a line').addHelpText('after', examples)
  return {
    command,
    async run(io) {
      const options = command.opts<Options>()
      const { client } = await apiAccess(options, io)
      const list = await readRows((query) => client.dialect.list({ query }))
      if (options.json) printJsonRows(list, io)
      else {
        const columns = [
          { title: 'Name' },
          { title: 'Version', align: 'right' },
          { title: 'Whose' },
          { title: 'Parameters', least: 10 },
          { title: 'Title', least: 12 },
        ] as const
        const rows = list.rows.map(({ name, version, builtIn, params, title }) =>
          [name, String(version), builtIn ? 'built in' : 'your own', Object.keys(params).join(' '), title].map(
            (text) => ({ text: cellText(text) }),
          ),
        )
        io.out(showTable(columns, [4, 3], rows, io))
      }
      return exitCodes.ok
    },
  }
}
