import { Command, InvalidArgumentError, Option } from 'commander'
import type { LogEntry } from '@posthorn/api'
import { accessHelp, addAccess, apiAccess, type AccessOptions } from '../api/access.ts'
import { seconds } from '../command/arguments.ts'
import type { CliCommand } from '../command/command.ts'
import { CliError, exitCodes } from '../process/errors.ts'
import type { Io } from '../process/io.ts'
import { addEntryFilters, matches, type EntryFilters } from '../log/filters.ts'
import { follow, timing } from '../tail/follow.ts'
import { logTable } from '../log/line.ts'
import { linesSince } from '../tail/lines-since.ts'
import { openStream } from '../tail/open-stream.ts'
import { tailScope, type TailScope } from '../tail/scope.ts'
import { spanText } from '../show/time-text.ts'
import { printable } from '../show/printable.ts'

interface Options extends AccessOptions, EntryFilters {
  readonly for?: number
  readonly count?: number
  readonly giveUp: number
  readonly json?: true
}

/** A timer of Node takes no more. */
const LONGEST_MS = 2_147_483_647

const examples = `
Examples:
  posthorn tail scalefusion
  posthorn tail acme --status failed --event-type invoice.paid,invoice.void
  posthorn tail --json | jq -r 'select(.durationMs > 2000) | .url'
  posthorn tail acme --status success --count 1 --for 30s && echo delivered

Without an application it shows those of the token. Lines are those of "posthorn log", and so is --json; times are UTC.
A lost connection is made again, with growing waits; 45 s without a sign of the server count as lost. What came meanwhile
is read from the log and printed first: each line comes once. What is told of the connection goes to standard error.

Exit codes, besides those of every command:
  0   Ctrl-C, the end of --for, or --count lines
  1   --for ended before --count lines came
  75  the connection was lost and did not come back within the time of --give-up

${accessHelp}`

/** Shows attempts as they are made. */
export function tailCommand(): CliCommand {
  const giveUp = new Option('--give-up <time>', 'how long to try again after a lost connection')
    .argParser(seconds)
    .default(timing.giveUpMs / 1000, '5m')
  const command = new Command('tail')
    .summary('show attempts as they are made')
    .description('Follows the log live: one line an attempt, as it ends.')
    .argument('[app]', 'application: its id or uid')
  addEntryFilters(command)
    .option('--for <time>', 'end after 90s, 30m, 12h', seconds)
    .option('-n, --count <number>', 'end after so many lines', lineCount)
    .addOption(giveUp)
  addAccess(command).option('--json', 'print one JSON object a line').addHelpText('after', examples)

  return {
    command,
    async run(io, [app]) {
      const options = command.opts<Options>()
      const ending = new AbortController()
      const end = (why: End) => ending.abort(why)
      io.onSignal(() => end('asked'))
      const longestMs = options.for === undefined ? null : Math.min(options.for * 1000, LONGEST_MS)
      const clock = longestMs === null ? undefined : setTimeout(() => end('time'), longestMs)
      let connected = false
      try {
        const access = await apiAccess(options, io)
        const scope = await tailScope(access, app, options, ending.signal)
        const say = (text: string) => io.err(`${io.style('dim', printable(text, { oneLine: true }))}\n`)
        await follow({
          open: (listener, signal) => openStream(access, listener, signal),
          linesSince: (since, signal) => linesSince(access, scope.applications(signal), since, scope.filters, signal),
          tell: {
            following() {
              connected = true
              say(`following ${app ?? 'the log'} of ${access.url}, Ctrl-C ends it`)
            },
            line: linePrinter(scope, options, io, () => end('count')),
            lost: (why, waitMs) => say(`connection lost (${why}), next try in ${spanText(Math.max(waitMs, 1000))}`),
            reconnected: (missed) => say(`reconnected, ${missed} missed`),
            late: (missed) => say(`${missed} more missed`),
          },
          signal: ending.signal,
          timing: { ...timing, giveUpMs: options.giveUp * 1000 },
          random: Math.random,
        })
      } catch (error) {
        // What it was doing when it was ended does not matter any more.
        if (!ending.signal.aborted) throw error
      } finally {
        clearTimeout(clock)
      }
      if (ending.signal.reason !== 'time') return exitCodes.ok
      if (!connected) {
        throw new CliError(
          'the server did not answer within the time of --for.',
          'Is it the right address? --url or POSTHORN_URL names another.',
          exitCodes.unable,
        )
      }
      return options.count === undefined ? exitCodes.ok : exitCodes.no
    },
  }
}

/** Ctrl-C, --for, --count. */
type End = 'asked' | 'time' | 'count'

/** Prints a line if it is wanted, and answers whether it was. */
function linePrinter(scope: TailScope, options: Options, io: Io, full: () => void): (entry: LogEntry) => boolean {
  const table = logTable(io, io.terminalColumns, scope.nameOf)
  let count = 0
  return (entry) => {
    if (!scope.includes(entry) || !matches(entry, scope.filters)) return false
    table.fit(entry)
    io.out(options.json ? `${JSON.stringify(entry)}\n` : table.line(entry))
    count++
    if (count === options.count) full()
    return true
  }
}

function lineCount(text: string): number {
  const value = /^\d{1,9}$/.test(text) ? Number(text) : 0
  if (value < 1) throw new InvalidArgumentError('A number from 1 is expected.')
  return value
}
