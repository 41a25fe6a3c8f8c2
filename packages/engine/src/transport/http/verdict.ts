import type { RejectionReason } from '../transport.ts'
import { httpDateMs } from './http-date.ts'

/** What an HTTP status means for a webhook. */
export type Verdict =
  | { readonly kind: 'accepted' }
  | { readonly kind: 'rejected'; readonly reason: RejectionReason; readonly retryAfterMs: number | null }

/**
 * The meaning of a status: 2xx is accepted, everything else is rejected, also redirects, because they are not followed.
 *
 * @param now milliseconds since 1970: a `Retry-After` may be a date
 */
export function verdictOf(status: number, headers: readonly (readonly [string, string])[], now: number): Verdict {
  if (status >= 200 && status < 300) return { kind: 'accepted' }
  const reason = reasonOf(status)
  return { kind: 'rejected', reason, retryAfterMs: reason === 'overloaded' ? retryAfterMs(headers, now) : null }
}

function reasonOf(status: number): RejectionReason {
  switch (status) {
    case 410:
      return 'gone'
    case 413:
      return 'too_large'
    case 429:
    case 503:
      return 'overloaded'
    default:
      return 'refused'
  }
}

/**
 * The Retry-After header (RFC 9110, 10.2.3): whole seconds or an HTTP date. `null` when it is absent, malformed, in the past,
 * or present twice with different values.
 */
export function retryAfterMs(headers: readonly (readonly [string, string])[], now: number): number | null {
  const values = new Set(
    headers.filter(([name]) => name.toLowerCase() === 'retry-after').map(([, value]) => value.trim()),
  )
  if (values.size !== 1) return null
  const [value = ''] = values
  // However long it is, it only has to be more than the longest wait.
  if (/^\d+$/.test(value)) return Number(value.slice(0, 12)) * 1000
  const at = httpDateMs(value, now)
  return at !== null && at > now ? at - now : null
}
