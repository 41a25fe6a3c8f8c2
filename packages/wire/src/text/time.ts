/** Prints and reads times in the forms of dialects. */
import type { Form } from '../dialect.ts'

/** The last millisecond of the year 9999: later years have more digits than receivers of ISO 8601 times read. */
export const latestTimeMs = Date.UTC(9999, 11, 31, 23, 59, 59, 999)

/** Strict on purpose: `1e9`, `0x5`, ` 1` and milliseconds in place of seconds are refused (test G7). */
const unixSeconds = /^\d{1,12}$/
const unixMilliseconds = /^\d{1,15}$/
const isoTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)$/

let lastSeconds = 0
let lastPrinted = '0'

/** Keeps the last printed second: header and signature print the same one, and so do most requests of a busy sender. */
function printSeconds(seconds: number): string {
  if (seconds !== lastSeconds) {
    lastPrinted = String(seconds)
    lastSeconds = seconds
  }
  return lastPrinted
}

/** @param timeMs milliseconds since 1970 */
export function printTime(timeMs: number, as: Form | undefined): string {
  if (as === 'unix') return printSeconds(Math.floor(timeMs / 1000))
  if (as === 'unixMs') return String(timeMs)
  const text = new Date(timeMs).toISOString()
  return as === 'iso' ? `${text.slice(0, -5)}Z` : text
}

/** Milliseconds since 1970, or `null`. Each ISO form reads the other, because they differ only in precision. */
export function readTime(text: string, as: Form | undefined): number | null {
  if (as === 'unix') return unixSeconds.test(text) ? Number(text) * 1000 : null
  if (as === 'unixMs') return unixMilliseconds.test(text) ? Number(text) : null
  if (!isoTime.test(text)) return null
  const time = Date.parse(text)
  return Number.isNaN(time) ? null : time
}

/** What is wrong with a text that `readTime` does not read, as the end of a sentence. */
export function wrongTime(text: string, as: Form | undefined): string {
  if (as === 'unix')
    return /^\d{13}$/.test(text) ? 'is in milliseconds, seconds are expected' : 'is not a time in seconds'
  if (as === 'unixMs') return 'is not a time in milliseconds'
  return 'is not an ISO 8601 time'
}
