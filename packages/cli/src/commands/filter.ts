import type { ResponseOf, RouteOf } from '@posthorn/api'
import { readJsonObject } from '../command/input.ts'
import { collect, numberBetween } from '../command/option-values.ts'
import { showCommand } from '../command/show-command.ts'
import { appArgument, argument, option } from '../command/words.ts'
import type { Io } from '../process/io.ts'
import { cellText, printable } from '../show/printable.ts'
import { showTable } from '../show/table.ts'
import { utcText } from '../show/time-text.ts'

interface Options {
  readonly over?: 'payload' | 'message'
  readonly eventType?: readonly string[]
  readonly limit?: number
}

type Found = ResponseOf<RouteOf<'filter.dryRun'>>

/** The limit of the API. */
const MOST_MESSAGES = 250

/** Tries a filter on the newest messages. */
export const filter = showCommand<Found, Options, Record<string, unknown>>({
  name: 'filter',
  summary: 'try a filter on the newest messages',
  description: 'Shows which of the newest messages of an application match a filter.',
  arguments: [appArgument, argument('<filter>', 'JSON, @file, or - for standard input')],
  options: [
    option('--over <what>', 'what the filter is applied to; payload when absent').choices(['payload', 'message']),
    option('--event-type <name>', 'only messages of this event type (repeatable)', collect),
    option(
      '--limit <number>',
      `how many messages, up to ${MOST_MESSAGES}; 50 when absent`,
      numberBetween(1, MOST_MESSAGES),
    ),
  ],
  examples: [
    `posthorn filter acme '{"site": {"id": 4567}, "visitor": {"is_returning": true}}'`,
    'posthorn filter acme @filter.json --event-type visitor.signin --limit 250',
    `posthorn filter acme '{"topic": "invoice.paid"}' --over message`,
  ],
  notes: ['Nothing is sent and nothing is stored. An endpoint gets such a filter as its field "filter".'],
  read: async ({ args: [, text = ''], io }) =>
    JSON.parse(await readJsonObject(text, io, 'filter')) as Record<string, unknown>,
  ask: ({ client }, { args: [app = ''], options: { over, limit, eventType } }, wanted) =>
    client.filter.dryRun({
      params: { app_id: app },
      body: {
        filter: wanted,
        ...(over === undefined ? {} : { over }),
        ...(limit === undefined ? {} : { limit }),
        ...(eventType === undefined ? {} : { eventTypes: [...eventType] }),
      },
    }),
  show: (found, { io }) => shown(found, io),
})

function shown({ checked, matched, messages, hints }: Found, io: Io): string {
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
  const advice = hints.map((hint) => `\n${printable(hint, { oneLine: true })}\n`).join('')
  return `${head}\n${showTable(columns, [2], rows, io)}${advice}`
}
