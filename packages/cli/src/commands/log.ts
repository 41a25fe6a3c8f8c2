import { jsonWithHiddenEscaped } from '@posthorn/wire'
import type { Command } from 'commander'
import { apiAccess, type ApiAccess } from '../api/access.ts'
import { readRows } from '../api/rows.ts'
import { apiWords, type ApiOptions } from '../command/api-words.ts'
import { command } from '../command/command.ts'
import { moreText, pagingOptions, printJsonRows, type PagingOptions } from '../command/paging.ts'
import { appArgument, argument, option } from '../command/words.ts'
import { findAttempt, type FoundAttempt } from '../log/find-attempt.ts'
import { logFilterOptions, type LogFilters } from '../log/filter-options.ts'
import { logTable } from '../log/line.ts'
import { logQuery } from '../log/log-query.ts'
import { showAttempt } from '../log/show-attempt.ts'
import { totalsText } from '../log/totals.ts'
import { CliError } from '../process/cli-error.ts'
import { exitCodes } from '../process/exit-codes.ts'
import type { Io } from '../process/io.ts'
import { jsonText } from '../show/json-text.ts'

interface Options extends ApiOptions, LogFilters, PagingOptions {
  readonly totals?: true
}

const words = {
  name: 'log',
  summary: 'search the log of an application, or show one attempt',
  description:
    'Searches the log of an application: prints totals, and one line per attempt. With an id it shows one attempt in full.',
  arguments: [
    appArgument,
    argument('[id]', 'request id (its newest attempt is shown), or id of an attempt, atmpt_...'),
  ],
  options: [...logFilterOptions, ...pagingOptions, option('--totals', 'print only the totals')],
  examples: [
    'posthorn log scalefusion',
    'posthorn log scalefusion --status failed --after 2h',
    'posthorn log acme --code 5xx --event-type invoice.paid,invoice.void --after 2026-11-22T14:00:00Z',
    'posthorn log acme 0198f3c2-9a00-7d41-8c55-1f0e6b2a7c11       one request in full, by the id that the receiver saw',
    'posthorn log acme --status failed --json | jq -r .requestId',
  ],
  notes: [
    'Each line is one attempt, the newest first; times are UTC. "retrying" failed and will be retried; "failed" was the last attempt of its schedule (--status exhausted). The totals count the same attempts: successful ones, and all others as failed. --endpoint also takes the id of a deleted endpoint. With --json each line is one attempt as the API returns it (LogEntry); with an id it is one object with attempt, payload and attempts.',
  ],
}

/** Searches the log of an application, or shows one attempt of it. */
export const log = command<Options>({
  ...apiWords(words, 'print one JSON object per line'),
  async run({ io, args: [app = '', id], options, parsed }) {
    if (id !== undefined) requireNoSearch(parsed)
    const query = logQuery(options, io.now())
    const access = await apiAccess(options, io)
    if (id !== undefined) await showOne(access, app, id, options, io)
    else if (options.totals) await showTotals(access, app, query, options, io)
    else await showLines(access, app, query, options, io)
    return exitCodes.ok
  },
})

type Query = ReturnType<typeof logQuery>

async function showOne(access: ApiAccess, app: string, id: string, options: Options, io: Io): Promise<void> {
  const found = await findAttempt(access, app, id)
  io.out(options.json ? `${jsonOf(found)}\n` : showAttempt(found, app, io))
}

/** The payload is inserted as text: parsing it would lose the digits of large numbers. */
function jsonOf({ attempt, payload, all }: FoundAttempt): string {
  return jsonWithHiddenEscaped(
    `{"attempt":${JSON.stringify(attempt)},"payload":${payload ?? 'null'},"attempts":${JSON.stringify(all)}}`,
  )
}

async function showTotals({ client }: ApiAccess, app: string, query: Query, options: Options, io: Io): Promise<void> {
  const totals = await client.log.summary({ params: { app_id: app }, query })
  io.out(options.json ? `${jsonText(totals)}\n` : `${totalsText(totals, io)}\n`)
}

async function showLines({ client }: ApiAccess, app: string, query: Query, options: Options, io: Io): Promise<void> {
  const [totals, lines] = await Promise.all([
    options.json ? null : client.log.summary({ params: { app_id: app }, query }),
    readRows((page) => client.log.list({ params: { app_id: app }, query: { ...query, ...page } }), options),
  ])
  if (totals === null) {
    printJsonRows(lines, io)
    return
  }
  io.out(`${totalsText(totals, io)}\n`)
  if (lines.rows.length === 0) {
    const searched = Object.values(query).some((value) => value !== undefined) || options.iterator !== undefined
    io.out(
      searched
        ? '\nno attempt matches\n'
        : `\nthere are no attempts yet; to send a message: posthorn send ${app} <event> --wait\n`,
    )
    return
  }
  const table = logTable(io, io.terminalColumns)
  for (const entry of lines.rows) table.fit(entry)
  io.out(`\n${table.header()}${lines.rows.map((entry) => table.line(entry)).join('')}`)
  io.out(moreText(lines, io))
}

/** An id names one attempt, so filters have no effect. Ignoring them silently would hide a mistake. */
function requireNoSearch(parsed: Command): void {
  const others = new Set(['url', 'token', 'data', 'json'])
  const given = parsed.options.find(
    (one) => !others.has(one.attributeName()) && parsed.getOptionValueSource(one.attributeName()) === 'cli',
  )
  if (given === undefined) return
  throw new CliError(
    `${given.long} filters a search, but an id names one attempt.`,
    'Leave out one of them; to search by request id, use --request-id.',
  )
}
