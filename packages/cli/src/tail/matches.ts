import type { LogEntry } from '@posthorn/api'
import type { EntryFilters } from '../log/filter-options.ts'

type Result = LogEntry['result']

/** Whether a live line passes the filters. `endpoint` is an id here, because a line does not have the uid. */
export function matches(entry: LogEntry, filters: EntryFilters): boolean {
  const { eventType, status, code, endpoint } = filters
  if (eventType !== undefined && !eventType.includes(entry.eventType)) return false
  if (status !== undefined && !isStatus(entry.result, status)) return false
  if (code !== undefined && !isCode(entry.code, code)) return false
  return endpoint === undefined || entry.endpointId === endpoint
}

/** `failed` is every attempt that did not succeed, retried or not, as in the API. */
function isStatus(actual: Result, wanted: Result): boolean {
  return wanted === 'failed' ? actual !== 'success' : actual === wanted
}

function isCode(actual: number, wanted: string): boolean {
  return wanted.endsWith('xx') ? Math.floor(actual / 100) === Number(wanted[0]) : actual === Number(wanted)
}
