import type { LogEntry } from '@posthorn/api'
import { apiAccess } from '../api/access.ts'
import { apiWords, type ApiOptions } from '../command/api-words.ts'
import { command } from '../command/command.ts'
import { numberBetween, seconds } from '../command/option-values.ts'
import { option, optionalAppArgument } from '../command/words.ts'
import { entryFilterOptions, type EntryFilters } from '../log/filter-options.ts'
import { logTable } from '../log/line.ts'
import { CliError } from '../process/cli-error.ts'
import { exitCodes } from '../process/exit-codes.ts'
import type { Io } from '../process/io.ts'
import { printable } from '../show/printable.ts'
import { spanText } from '../show/time-text.ts'
import { follow, timing } from '../tail/follow.ts'
import { linesSince } from '../tail/lines-since.ts'
import { matches } from '../tail/matches.ts'
import { openStream } from '../tail/open-stream.ts'
import { tailScope, type TailScope } from '../tail/scope.ts'
import { jsonText } from '../show/json-text.ts'

interface Options extends ApiOptions, EntryFilters {
  readonly for?: number
  readonly count?: number
  readonly giveUp: number
}

/** The longest timer of Node. */
const LONGEST_MS = 2_147_483_647

const words = {
  name: 'tail',
  summary: 'show attempts as they are made',
  description: 'Follows the log live: prints one line per attempt, when the attempt ends.',
  arguments: [optionalAppArgument],
  options: [
    ...entryFilterOptions,
    option('--for <time>', 'end after this time: 90s, 30m, 12h', seconds),
    option('-n, --count <number>', 'end after this many lines', numberBetween(1, 999_999_999)),
    option('--give-up <time>', 'how long to try to reconnect', seconds).default(timing.giveUpMs / 1000, '5m'),
  ],
  examples: [
    'posthorn tail scalefusion',
    'posthorn tail acme --status failed --event-type invoice.paid,invoice.void',
    "posthorn tail --json | jq -r 'select(.durationMs > 2000) | .url'",
    'posthorn tail acme --status success --count 1 --for 30s && echo delivered',
  ],
  notes: [
    'Without an application it shows all applications that the token may see. Lines and --json are those of "posthorn log"; times are UTC. A lost connection is opened again, with growing waits; it counts as lost after 45 s without data from the server. Lines that were missed are read from the log and printed first; each line is printed once. Messages about the connection go to standard error.',
    `Exit codes, besides those of every command:
  0   Ctrl-C, the end of --for, or --count lines
  1   --for ended before --count lines were printed
  75  the connection was lost and did not come back within the time of --give-up`,
  ],
}

/** Shows attempts as they are made. */
export const tail = command<Options>({
  ...apiWords(words, 'print one JSON object per line'),
  async run({ io, args: [app], options }) {
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
        report: {
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
      // After the end, an error of what was still going on does not matter.
      if (!ending.signal.aborted) throw error
    } finally {
      clearTimeout(clock)
    }
    if (ending.signal.reason !== 'time') return exitCodes.ok
    if (!connected) {
      throw new CliError(
        'the server did not answer within the time of --for.',
        'Check the URL; --url or POSTHORN_URL names another server.',
        exitCodes.unable,
      )
    }
    return options.count === undefined ? exitCodes.ok : exitCodes.no
  },
})

/** What ended it: Ctrl-C, --for, --count. */
type End = 'asked' | 'time' | 'count'

/** Prints a line if it passes the filters, and returns whether it did. */
function linePrinter(scope: TailScope, options: Options, io: Io, full: () => void): (entry: LogEntry) => boolean {
  const table = logTable(io, io.terminalColumns, scope.nameOf)
  let count = 0
  return (entry) => {
    if (!scope.includes(entry) || !matches(entry, scope.filters)) return false
    table.fit(entry)
    io.out(options.json ? `${jsonText(entry)}\n` : table.line(entry))
    count++
    if (count === options.count) full()
    return true
  }
}
