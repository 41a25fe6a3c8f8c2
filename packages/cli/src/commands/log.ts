import { Command } from 'commander'
import { accessHelp, addAccess, apiAccess, type AccessOptions, type ApiAccess } from '../api/access.ts'
import type { CliCommand } from '../command/command.ts'
import { CliError, exitCodes } from '../process/errors.ts'
import type { Io } from '../process/io.ts'
import { addLogFilters, logQuery, type LogFilters } from '../log/filters.ts'
import { findAttempt, type FoundAttempt } from '../log/find-attempt.ts'
import { logTable } from '../log/line.ts'
import { showAttempt } from '../log/show-attempt.ts'
import { totalsText } from '../log/totals.ts'
import { MOST_ROWS, moreText, printJsonRows, readRows, rowCount } from '../api/rows.ts'

interface Options extends AccessOptions, LogFilters {
  readonly limit: number
  readonly iterator?: string
  readonly totals?: true
  readonly json?: true
}

const examples = `
Examples:
  posthorn log scalefusion
  posthorn log scalefusion --status failed --after 2h
  posthorn log acme --code 5xx --event-type invoice.paid,invoice.void --after 2026-11-22T14:00:00Z
  posthorn log acme 0198f3c2-9a00-7d41-8c55-1f0e6b2a7c11       one request in full, by the id that the receiver saw
  posthorn log acme --status failed --json | jq -r .requestId

Each line is one attempt, the newest first; times are UTC. "retrying" failed and is tried again, "failed" was the last of
its schedule (--status exhausted). Totals count the same attempts: those that succeeded, and all others as failed. The
endpoint of --endpoint may be one that was deleted, by its id. With --json each line is one attempt as the API has it
(LogEntry), or with an id one object with attempt, payload and attempts.

${accessHelp}`

/** Searches the log of an application, or shows one attempt of it. */
export function logCommand(): CliCommand {
  const command = new Command('log')
    .summary('search the log of an application, or show one attempt')
    .description(
      'Searches the log of an application: totals, and one line an attempt. With an id it shows that one in full.',
    )
    .argument('<app>', 'application: its id or uid')
    .argument('[id]', 'request id (its newest attempt is shown), or id of an attempt, atmpt_...')
  addLogFilters(command)
    .option('--limit <number>', `at most so many lines, up to ${MOST_ROWS}`, rowCount, 50)
    .option('--iterator <iterator>', 'go on where a page ended')
    .option('--totals', 'only the totals')
  addAccess(command).option('--json', 'print one JSON object a line').addHelpText('after', examples)

  return {
    command,
    async run(io, [app = '', id]) {
      const options = command.opts<Options>()
      if (id !== undefined) requireNoSearch(command)
      const query = logQuery(options, io.now())
      const access = await apiAccess(options, io)
      if (id !== undefined) await showOne(access, app, id, options, io)
      else if (options.totals) await showTotals(access, app, query, options, io)
      else await showLines(access, app, query, options, io)
      return exitCodes.ok
    },
  }
}

type Query = ReturnType<typeof logQuery>

async function showOne(access: ApiAccess, app: string, id: string, options: Options, io: Io): Promise<void> {
  const found = await findAttempt(access, app, id)
  io.out(options.json ? `${jsonOf(found)}\n` : showAttempt(found, app, io))
}

/** The payload goes in as it came: parsing it would lose the digits of large numbers. */
function jsonOf({ attempt, payload, all }: FoundAttempt): string {
  return `{"attempt":${JSON.stringify(attempt)},"payload":${payload ?? 'null'},"attempts":${JSON.stringify(all)}}`
}

async function showTotals({ client }: ApiAccess, app: string, query: Query, options: Options, io: Io): Promise<void> {
  const totals = await client.log.summary({ params: { app_id: app }, query })
  io.out(options.json ? `${JSON.stringify(totals)}\n` : `${totalsText(totals, io)}\n`)
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
        ? '\nno attempt is like that\n'
        : `\nnothing was attempted yet; this sends something: posthorn send ${app} <event> --wait\n`,
    )
    return
  }
  const table = logTable(io, io.terminalColumns)
  for (const entry of lines.rows) table.fit(entry)
  io.out(`\n${table.header()}${lines.rows.map((entry) => table.line(entry)).join('')}`)
  io.out(moreText(lines, io))
}

/** An id names one attempt; what narrows a search would be passed over in silence. */
function requireNoSearch(command: Command): void {
  const others = new Set(['url', 'token', 'data', 'json'])
  const given = command.options.find(
    (option) => !others.has(option.attributeName()) && command.getOptionValueSource(option.attributeName()) === 'cli',
  )
  if (given === undefined) return
  throw new CliError(
    `${given.long} narrows a search, but an id names one attempt.`,
    `Leave one of them out; a search by id is --request-id.`,
  )
}
