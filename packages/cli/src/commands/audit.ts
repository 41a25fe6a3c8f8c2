import { listCommand } from '../command/list-command.ts'
import { optionalAppArgument } from '../command/words.ts'
import { clockText, utcText } from '../show/time-text.ts'

/** Lists who did what with secrets, presets and dialects. */
export const audit = listCommand({
  name: 'audit',
  summary: 'list who showed or changed secrets, presets and dialects',
  description: 'Lists who showed or changed secrets, presets and dialects, of the organisation or of one application.',
  arguments: [optionalAppArgument],
  examples: [
    'posthorn audit',
    'posthorn audit acme --limit 10',
    `posthorn audit --json | jq -r 'select(.action == "signing_key.shown") | .actor'`,
  ],
  notes: [
    'It lists who showed or changed a secret or a signing key, and who changed presets and dialects. The newest entry comes first; times are UTC.',
  ],
  paged: true,
  page: ({ client }, query, { args: [app] }) =>
    app === undefined
      ? client.audit.list({ query })
      : client.audit.listByApplication({ params: { app_id: app }, query }),
  empty: 'nothing has been audited here',
  columns: [
    {
      title: 'Time',
      cell: ({ timestamp }) => ({ text: utcText(timestamp), short: clockText(timestamp), style: 'dim' }),
      least: 9,
      short: true,
      narrowed: 2,
    },
    { title: 'Actor', cell: ({ actor }) => actor, least: 12, middle: true, narrowed: 4 },
    { title: 'Action', cell: ({ action }) => action },
    { title: 'Target', cell: ({ target }) => target, least: 11, middle: true, narrowed: 3 },
    { title: 'Detail', cell: ({ detail }) => detailText(detail), least: 8, narrowed: 1 },
  ],
})

/** `overlapSeconds=86400 switchAt=null` */
function detailText(detail: Readonly<Record<string, unknown>>): string {
  return Object.entries(detail)
    .map(([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join(' ')
}
