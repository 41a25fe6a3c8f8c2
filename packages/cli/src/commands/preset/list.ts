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
  posthorn preset list
  posthorn preset list --json | jq -r .name

${accessHelp}`

/** Lists the presets of a server: those that come with it, and those of its folder POSTHORN_PRESETS. */
export function presetListCommand(): CliCommand {
  const command = new Command('list').summary('list them').description('Lists the presets that a server has.')
  addAccess(command).option('--json', 'print one JSON object a line').addHelpText('after', examples)
  return {
    command,
    async run(io) {
      const options = command.opts<Options>()
      const { client } = await apiAccess(options, io)
      const list = await readRows((query) => client.preset.list({ query }))
      if (options.json) printJsonRows(list, io)
      else {
        const columns = [
          { title: 'Name' },
          { title: 'Title', least: 8 },
          { title: 'Dialect' },
          { title: 'Events', align: 'right' },
          { title: 'Words', least: 5 },
          { title: 'Description', least: 12 },
        ] as const
        const rows = list.rows.map(({ name, title, dialect, eventTypes, languages, description }) =>
          [name, title, dialect, String(eventTypes), languages.join(' '), description].map((text) => ({
            text: cellText(text),
          })),
        )
        io.out(showTable(columns, [5, 1, 4], rows, io))
      }
      return exitCodes.ok
    },
  }
}
