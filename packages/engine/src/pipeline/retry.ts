import type { AttemptResult } from '../model.ts'
import type { Outcome } from '../transport/transport.ts'

/** Each wait is varied by this share in both directions, so that deliveries that failed together are not retried together. */
const jitter = 0.2
const hourMs = 3_600_000

export interface Decision {
  readonly result: Extract<AttemptResult, 'success' | 'failed' | 'exhausted'>
  /** Milliseconds until the next attempt; `null`: there is none. */
  readonly retryInMs: number | null
  /** The receiver said that it is gone for good: the endpoint is held. */
  readonly gone: boolean
  /** It uses up a wait of the schedule, and says something about the receiver's health. */
  readonly counts: boolean
}

/** Sent again at once. It is no failure of the receiver, and uses no wait of the schedule. */
export const again: Decision = { result: 'failed', retryInMs: 0, gone: false, counts: false }

export interface RetryInput {
  readonly outcome: Outcome
  /** Failures recorded before this attempt: the index into the schedule. */
  readonly failures: number
  /** Seconds between attempts. */
  readonly schedule: readonly number[]
  /** Response codes after which no later attempt is made. */
  readonly terminalCodes: readonly number[]
  /** Uniform in [0, 1). */
  readonly random: number
}

/** What an outcome means for its delivery; pure. */
export function decide({ outcome, failures, schedule, terminalCodes, random }: RetryInput): Decision {
  if (outcome.kind === 'accepted') return { result: 'success', retryInMs: null, gone: false, counts: true }
  // Once: the next try is on a connection of its own, which cannot be stale.
  if (outcome.kind === 'unknown' && outcome.staleConnection) return again
  // The dialect cannot carry the message any more, so no later attempt can succeed.
  if (outcome.kind === 'unknown' && outcome.error.code === 'not_encodable')
    return { result: 'exhausted', retryInMs: null, gone: false, counts: false }
  const gone = outcome.kind === 'rejected' && outcome.reason === 'gone'
  const isTerminal = outcome.kind === 'rejected' && terminalCodes.includes(outcome.response.code)
  const waitSeconds = isTerminal ? undefined : schedule[failures]
  if (waitSeconds === undefined) return { result: 'exhausted', retryInMs: null, gone, counts: true }
  const baseMs = waitSeconds * 1000
  const asked = outcome.kind === 'rejected' ? outcome.retryAfterMs : null
  // A wait that the receiver asked for is not spread: the spread could leave the bounds.
  const waitMs =
    asked === null ? baseMs * (1 - jitter + 2 * jitter * random) : clamp(asked, baseMs, Math.max(2 * baseMs, hourMs))
  return { result: 'failed', retryInMs: Math.round(waitMs), gone, counts: true }
}

/** For how long a receiver asked to be left alone, at most an hour: no other delivery goes to it either. */
export function pauseMs(outcome: Outcome): number {
  return outcome.kind === 'rejected' ? Math.min(outcome.retryAfterMs ?? 0, hourMs) : 0
}

function clamp(value: number, least: number, most: number): number {
  return Math.min(Math.max(value, least), most)
}
