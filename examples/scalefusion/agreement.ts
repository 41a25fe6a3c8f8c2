import type { LogEntry } from '@posthorn/api'
import type { Received } from './rails.ts'

type Row = Pick<LogEntry, 'eventType' | 'requestId' | 'code' | 'timestamp' | 'durationMs'>

/** Two clocks of one machine, one of which counts whole milliseconds. */
const clockMs = 1000

/**
 * In what the log and the receiver do not agree, as a sentence; `null`: they say the same. Both are in the order of the requests.
 * What the receiver refused it has not read, so there it knows its answer and the time.
 */
export function disagreement(rows: readonly Row[], received: readonly Received[]): string | null {
  if (rows.length !== received.length)
    return `The log has ${rows.length} requests, and the receiver was sent ${received.length}.`
  for (const [index, row] of rows.entries()) {
    const { answered, event, request_id, at } = received[index]!
    const about = `Request ${index + 1} (${row.eventType}, ${row.requestId})`
    if (row.code !== answered) return `${about} has the code ${row.code} in the log, and was answered ${answered}.`
    if (answered === 200 && (row.eventType !== event || row.requestId !== request_id))
      return `${about} arrived as ${event}, ${request_id}.`
    const late = Date.parse(at) - Date.parse(row.timestamp)
    if (late < -clockMs || late > row.durationMs + clockMs)
      return `${about} went out at ${row.timestamp}, and arrived at ${at}.`
  }
  return null
}
