import { Command, InvalidArgumentError, Option } from 'commander'
import { accessHelp, addAccess, apiAccess, type AccessOptions } from '../api/access.ts'
import { collect, readPayload } from '../command/arguments.ts'
import type { CliCommand } from '../command/command.ts'
import { exitCodes } from '../process/errors.ts'
import type { Io } from '../process/io.ts'
import { cellText } from '../show/printable.ts'
import { showTable } from '../show/table.ts'
import { utcText } from '../show/time-text.ts'

interface Options extends AccessOptions {
  readonly over?: 'payload' | 'message'
  readonly eventType: readonly string[]
  readonly limit?: number
  readonly json?: true
}

/** What the API takes. */
const MOST_MESSAGES = 250

const examples = `
Examples:
  posthorn filter acme '{"site": {"id": 4567}, "visitor": {"is_returning": true}}'
  posthorn filter acme @filter.json --event-type visitor.signin --limit 250
  posthorn filter acme '{"topic": "invoice.paid"}' --over message

Nothing is sent, and nothing is kept. An endpoint gets such a filter with its member "filter".

${accessHelp}`

/** Tries a filter on the newest messages. */
export function filterCommand(): CliCommand {
  const command = new Command('filter')
    .summary('try a filter on the newest messages')
    .description('Tells which of the newest messages of an application a filter would let through.')
    .argument('<app>', 'application: its id or uid')
    .argument('<filter>', 'JSON, @file, or - for standard input')
    .addOption(
      new Option('--over <what>', 'what the filter looks at; payload when absent').choices(['payload', 'message']),
    )
    .option('--event-type <name>', 'only these (repeatable)', collect, [])
    .option('--limit <number>', `how many messages, up to ${MOST_MESSAGES}; 50 when absent`, messageCount)
  addAccess(command).option('--json', 'print one JSON object').addHelpText('after', examples)
  return {
    command,
    async run(io, [app = '', text = '']) {
      const options = command.opts<Options>()
      const filter = JSON.parse(await readPayload(text, io, 'filter')) as Record<string, unknown>
      const { client } = await apiAccess(options, io)
      const { over, limit, eventType } = options
      const found = await client.filter.dryRun({
        params: { app_id: app },
        body: {
          filter,
          ...(over === undefined ? {} : { over }),
          ...(limit === undefined ? {} : { limit }),
          ...(eventType.length === 0 ? {} : { eventTypes: [...eventType] }),
        },
      })
      io.out(options.json ? `${JSON.stringify(found)}\n` : shown(found, io))
      return exitCodes.ok
    },
  }
}

interface Found {
  readonly checked: number
  readonly matched: number
  readonly messages: readonly {
    readonly id: string
    readonly eventType: string
    readonly timestamp: string
    readonly matches: boolean
  }[]
}

function shown({ checked, matched, messages }: Found, io: Io): string {
  if (checked === 0) return 'this application has no messages yet\n'
  const verb = matched === 1 ? 'matches' : 'match'
  const head = `${io.style('bold', String(matched))} of the ${checked} newest messages ${verb}\n`
  const rows = messages.map(({ id, eventType, timestamp, matches }) => [
    matches ? ({ text: '✓ yes', style: 'green' } as const) : ({ text: '- no', style: 'dim' } as const),
    { text: utcText(timestamp), style: 'dim' } as const,
    { text: cellText(eventType) },
    { text: cellText(id) },
  ])
  const columns = [{ title: 'Match' }, { title: 'Time' }, { title: 'Event type', least: 12 }, { title: 'Message' }]
  return `${head}\n${showTable(columns, [2], rows, io)}`
}

function messageCount(text: string): number {
  const value = /^\d{1,3}$/.test(text) ? Number(text) : 0
  if (value < 1 || value > MOST_MESSAGES)
    throw new InvalidArgumentError(`A number from 1 to ${MOST_MESSAGES} is expected.`)
  return value
}
