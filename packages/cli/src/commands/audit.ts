import { Command } from 'commander'
import { accessHelp, addAccess, apiAccess, type AccessOptions } from '../api/access.ts'
import type { CliCommand } from '../command/command.ts'
import { exitCodes } from '../process/errors.ts'
import { cellText } from '../show/printable.ts'
import { MOST_ROWS, moreText, printJsonRows, readRows, rowCount } from '../api/rows.ts'
import { showTable } from '../show/table.ts'
import { clockText, utcText } from '../show/time-text.ts'

interface Options extends AccessOptions {
  readonly limit: number
  readonly iterator?: string
  readonly json?: true
}

const examples = `
Examples:
  posthorn audit
  posthorn audit acme --limit 10
  posthorn audit --json | jq -r 'select(.action == "signing_key.shown") | .actor'

Who showed or changed a secret or a signing key, and who changed presets and dialects. The newest first, times are UTC.

${accessHelp}`

/** Shows who did what to something secret or far-reaching. */
export function auditCommand(): CliCommand {
  const command = new Command('audit')
    .summary('who showed or changed secrets, presets and dialects')
    .description(
      'Lists who showed or changed secrets, presets and dialects: of the organisation, or of an application.',
    )
    .argument('[app]', 'application: its id or uid')
    .option('--limit <number>', `at most so many lines, up to ${MOST_ROWS}`, rowCount, 50)
    .option('--iterator <iterator>', 'go on where a page ended')
  addAccess(command).option('--json', 'print one JSON object a line').addHelpText('after', examples)
  return {
    command,
    async run(io, [app]) {
      const options = command.opts<Options>()
      const { client } = await apiAccess(options, io)
      const list = await readRows(
        (query) =>
          app === undefined
            ? client.audit.list({ query })
            : client.audit.listByApplication({ params: { app_id: app }, query }),
        options,
      )
      if (options.json) printJsonRows(list, io)
      else if (list.rows.length === 0) io.out('nothing has been audited here\n')
      else {
        const columns = [
          { title: 'Time', least: 9, short: true },
          { title: 'Actor', least: 12, middle: true },
          { title: 'Action' },
          { title: 'Target', least: 11, middle: true },
          { title: 'Detail', least: 8 },
        ] as const
        const rows = list.rows.map(({ timestamp, actor, action, target, detail }) => [
          { text: utcText(timestamp), short: clockText(timestamp), style: 'dim' } as const,
          { text: cellText(actor) },
          { text: cellText(action) },
          { text: cellText(target) },
          { text: cellText(detailText(detail)) },
        ])
        io.out(showTable(columns, [4, 0, 3, 1], rows, io) + moreText(list, io))
      }
      return exitCodes.ok
    },
  }
}

/** `overlapSeconds=86400 switchAt=null` */
function detailText(detail: Readonly<Record<string, unknown>>): string {
  return Object.entries(detail)
    .map(([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join(' ')
}
