import { InvalidArgumentError, Option, type Command } from 'commander'
import type { LogEntry } from '@posthorn/api'
import { CliError } from '../process/errors.ts'

type Result = LogEntry['result']

/** What the log and its live form are filtered by alike. */
export interface EntryFilters {
  readonly eventType?: readonly string[]
  readonly status?: Result
  /** `503`, `5xx`, or `0`: no response. */
  readonly code?: string
  readonly endpoint?: string
}

/** What a stored log is filtered by besides. */
export interface LogFilters extends EntryFilters {
  readonly after?: When
  readonly before?: When
  readonly requestId?: string
}

/** A moment that may be told by its distance: takes the present time, answers milliseconds since 1970. */
type When = (nowMs: number) => number

const statuses: readonly Result[] = ['success', 'failed', 'exhausted', 'interrupted', 'cancelled', 'quarantined']

export function addEntryFilters(command: Command): Command {
  return command
    .option('--event-type <names>', 'only these, with commas between (repeatable)', eventTypes)
    .addOption(new Option('--status <status>', 'failed: every attempt that did not succeed').choices(statuses))
    .option('--code <code>', 'status of the response: 503, 5xx, or 0 for no response', code)
    .option('--endpoint <id>', 'endpoint: its id or uid')
}

export function addLogFilters(command: Command): Command {
  command
    .option('--after <time>', 'from then on: 30m, 2h or 1d ago, or 2026-11-22T14:00:00Z', when)
    .option('--before <time>', 'before then, written in the same way', when)
    .option('--request-id <id>', 'as the receiver saw it: msg_..., a UUID, 16 characters')
  return addEntryFilters(command)
}

/** The filters as the query of the API. */
export function logQuery(filters: LogFilters, nowMs: number) {
  const { eventType, status, code: wanted, endpoint, requestId } = filters
  const [after, before] = [filters.after?.(nowMs), filters.before?.(nowMs)]
  if (after !== undefined && before !== undefined && after >= before) {
    throw new CliError(
      `nothing lies between --after (${iso(after)}) and --before (${iso(before)}).`,
      'The time after --after must be the earlier one.',
    )
  }
  return {
    after: after === undefined ? undefined : iso(after),
    before: before === undefined ? undefined : iso(before),
    request_id: requestId,
    event_type: eventType,
    status,
    code: wanted,
    endpoint_id: endpoint,
  }
}

/** Whether a line is one of those that are asked for. `endpoint` is an id here: a line does not know the uid. */
export function matches(entry: LogEntry, filters: EntryFilters): boolean {
  const { eventType, status, code: wanted, endpoint } = filters
  if (eventType !== undefined && !eventType.includes(entry.eventType)) return false
  if (status !== undefined && !isStatus(entry.result, status)) return false
  if (wanted !== undefined && !isCode(entry.code, wanted)) return false
  return endpoint === undefined || entry.endpointId === endpoint
}

/** `failed` is every attempt that did not succeed, whether it is tried again or not: so the API has it. */
function isStatus(actual: Result, wanted: Result): boolean {
  return wanted === 'failed' ? actual !== 'success' : actual === wanted
}

function isCode(actual: number, wanted: string): boolean {
  return wanted.endsWith('xx') ? Math.floor(actual / 100) === Number(wanted[0]) : actual === Number(wanted)
}

function eventTypes(text: string, before: readonly string[] = []): string[] {
  const names = text.split(',').map((part) => part.trim())
  const wrong = names.find((name) => !/^[a-zA-Z0-9\-_.]{1,256}$/.test(name))
  if (wrong !== undefined) throw new InvalidArgumentError(`"${wrong}" is not a name such as device.enrolled.`)
  return [...before, ...names]
}

function code(text: string): string {
  if (!/^(\d{1,3}|[1-5]xx)$/i.test(text)) throw new InvalidArgumentError('Write it as 503, 5xx, or 0 for no response.')
  return text.toLowerCase()
}

const agoMs: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/** `2h` is two hours ago. A time without a zone is UTC, as everything that is printed. */
function when(text: string): When {
  const [, count, unit = ''] = /^(\d{1,6})([smhd])$/.exec(text) ?? []
  if (count !== undefined) return (nowMs) => nowMs - Number(count) * (agoMs[unit] ?? 0)
  const [, day, time = '00:00', zone = 'Z'] =
    /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?)(Z|[+-]\d\d:\d\d)?)?$/.exec(text) ?? []
  const value = Date.parse(`${day}T${time}${zone}`)
  if (Number.isNaN(value)) throw new InvalidArgumentError('Write it as 30m, 2h or 1d (ago), or 2026-11-22T14:00:00Z.')
  return () => value
}

function iso(ms: number): string {
  return new Date(ms).toISOString()
}
