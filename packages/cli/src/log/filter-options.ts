import { InvalidArgumentError } from 'commander'
import type { LogEntry } from '@posthorn/api'
import { unitSeconds } from '../command/option-values.ts'
import { option } from '../command/words.ts'

type Result = LogEntry['result']

/** The filters that the stored log and the live log have in common. */
export interface EntryFilters {
  readonly eventType?: readonly string[]
  readonly status?: Result
  /** `503`, `5xx`, or `0`: no response. */
  readonly code?: string
  readonly endpoint?: string
}

/** The filters of the stored log. */
export interface LogFilters extends EntryFilters {
  readonly after?: When
  readonly before?: When
  readonly requestId?: string
}

/** A moment, or a distance from now: takes the present time, returns milliseconds since 1970. */
type When = (nowMs: number) => number

const statuses: readonly Result[] = ['success', 'failed', 'exhausted', 'interrupted', 'cancelled', 'quarantined']

export const entryFilterOptions = [
  option('--event-type <names>', 'only these event types, separated by commas (repeatable)', eventTypes),
  option('--status <status>', 'failed: every attempt that did not succeed').choices(statuses),
  option('--code <code>', 'status of the response: 503, 5xx, or 0 for no response', code),
  option('--endpoint <id>', 'endpoint: its id or uid'),
]

export const logFilterOptions = [
  option('--after <time>', 'from this time on: 30m, 2h or 1d ago, or 2026-11-22T14:00:00Z', when),
  option('--before <time>', 'before this time, written in the same way', when),
  option('--request-id <id>', 'as the receiver saw it: msg_..., a UUID, 16 characters'),
  ...entryFilterOptions,
]

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

/** `2h` is two hours ago. A time without a zone is UTC, like all printed times. */
function when(text: string): When {
  const [, count, unit = ''] = /^(\d{1,6})([smhd])$/.exec(text) ?? []
  if (count !== undefined) return (nowMs) => nowMs - Number(count) * (unitSeconds[unit] ?? 0) * 1000
  const [, day, time = '00:00', zone = 'Z'] =
    /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?)(Z|[+-]\d\d:\d\d)?)?$/.exec(text) ?? []
  const value = Date.parse(`${day}T${time}${zone}`)
  if (Number.isNaN(value)) throw new InvalidArgumentError('Write it as 30m, 2h or 1d (ago), or 2026-11-22T14:00:00Z.')
  return () => value
}
