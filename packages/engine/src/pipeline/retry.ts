import type { AttemptResult } from '../model.ts'
import type { Outcome } from '../transport/transport.ts'

/** Each wait is spread by this share to both sides, so that what failed together does not come back together. */
const jitter = 0.2
const hourMs = 3_600_000

export interface Decision {
  readonly result: Extract<AttemptResult, 'success' | 'failed' | 'exhausted'>
  /** Milliseconds until the next attempt; `null`: there is none. */
  readonly retryInMs: number | null
  /** The receiver said that it is gone for good (410): the endpoint is held. */
  readonly gone: boolean
}

export interface RetryInput {
  readonly outcome: Outcome
  /** Failures recorded before this attempt: the index into the schedule. */
  readonly failures: number
  /** Seconds between attempts. */
  readonly schedule: readonly number[]
  /** Response codes after which no later attempt is made. */
  readonly terminalCodes: readonly number[]
  readonly now: number
  /** Uniform in [0, 1). */
  readonly random: number
}

/** What an outcome means for its delivery; pure. */
export function decide({ outcome, failures, schedule, terminalCodes, now, random }: RetryInput): Decision {
  const status = outcome.ok ? outcome.response.status : 0
  if (status >= 200 && status < 300) return { result: 'success', retryInMs: null, gone: false }
  // The dialect cannot carry it any more: no later attempt could.
  if (!outcome.ok && outcome.error.code === 'not_encodable')
    return { result: 'exhausted', retryInMs: null, gone: false }
  const gone = status === 410
  const waitSeconds = terminalCodes.includes(status) ? undefined : schedule[failures]
  if (waitSeconds === undefined) return { result: 'exhausted', retryInMs: null, gone }
  const baseMs = waitSeconds * 1000
  const asked = outcome.ok && (status === 429 || status === 503) ? retryAfterMs(outcome.response.headers, now) : null
  // A wait that the receiver asked for is kept as it is, within bounds: the spread would leave them.
  const waitMs =
    asked === null ? baseMs * (1 - jitter + 2 * jitter * random) : clamp(asked, baseMs, Math.max(2 * baseMs, hourMs))
  return { result: 'failed', retryInMs: Math.round(waitMs), gone }
}

/**
 * The Retry-After header (RFC 9110, 10.2.3): whole seconds or an HTTP date. `null` when it is absent, junk, in the past,
 * or there twice with different values.
 */
export function retryAfterMs(headers: readonly (readonly [string, string])[], now: number): number | null {
  const values = new Set(
    headers.filter(([name]) => name.toLowerCase() === 'retry-after').map(([, value]) => value.trim()),
  )
  if (values.size !== 1) return null
  const [value = ''] = values
  if (/^\d{1,10}$/.test(value)) return Number(value) * 1000
  if (!httpDate.test(value)) return null
  const waitMs = Date.parse(value) - now
  return Number.isFinite(waitMs) && waitMs > 0 ? waitMs : null
}

/** Only the form that RFC 9110 lets be sent: `Date.parse` takes "abc 1" for a date. */
const httpDate = /^(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/

function clamp(value: number, least: number, most: number): number {
  return Math.min(Math.max(value, least), most)
}
