import type { CompiledDialect } from '@posthorn/wire'
import type { SealedSecret } from '../store/catalog.ts'

/**
 * How a secret is replaced so that no receiver has to refuse a request, as pure functions. A dialect that carries several signatures sends both
 * during the overlap, so a receiver may change at any time in it. One that carries a single signature cannot: there the old
 * secret signs until the overlap ends and the new one from that moment, so a receiver that takes both beforehand refuses nothing.
 */

/** Old secrets that sign beside the new one. */
export const mostOldSecrets = 10
export const defaultOverlapSeconds = 86_400
export const mostOverlapSeconds = 7 * 86_400

/** Whether one request of this dialect can carry the signatures of several secrets. */
export function carriesSeveral({ dialect }: CompiledDialect): boolean {
  return dialect.signatures.every(
    ({ format }) => 'list' in format || ('pairs' in format && format.pairs.several === true),
  )
}

/** Whether the application has the key, and not each endpoint one of its own. */
export function isShared({ dialect }: CompiledDialect): boolean {
  return dialect.signatures.some(({ key }) => key.scope === 'app')
}

/** Those that sign at this moment, newest first. */
export function signingAt(secrets: readonly SealedSecret[], now: number): SealedSecret[] {
  return secrets.filter(({ from = 0, until }) => from <= now && (until === null || until > now))
}

/** The one that will take over at a stated moment; `null`: there is none. */
export function pendingAt(secrets: readonly SealedSecret[], now: number): (SealedSecret & { from: number }) | null {
  const next = secrets.find(({ from = 0 }) => from > now)
  return next?.from === undefined ? null : { ...next, from: next.from }
}

/** How secrets stand at a moment. */
export interface Standing<T> {
  /** Signs now; the newest where several sign. `null`: requests are not signed. */
  readonly current: T | null
  /** What signs alone from a stated time on; its secret is `null` where requests are unsigned from then on. `null`: nothing changes. */
  readonly next: { readonly secret: T | null; readonly from: number } | null
  /** Until then older ones sign beside the current one; `null`: none does. */
  readonly previousUntil: number | null
}

/** Which secret signs at a moment, and which one comes after it. */
export function standingAt(secrets: readonly SealedSecret[], now: number): Standing<SealedSecret> {
  const [current = null, ...older] = signingAt(secrets, now)
  const pending = pendingAt(secrets, now)
  const ends = older.flatMap(({ until }) => (until === null ? [] : [until]))
  // What signs now ends, and nothing is to take over: the endpoint was made unsigned.
  const endsAlone = current === null || current.until === null ? null : { secret: null, from: current.until }
  return {
    current,
    next: pending ? { secret: pending, from: pending.from } : endsAlone,
    previousUntil: pending || ends.length === 0 ? null : Math.max(...ends),
  }
}

export interface Rotation {
  /** Sealed; `null`: unsigned from then on. */
  readonly next: string | null
  readonly overlapMs: number
  readonly now: number
  /** The dialect carries the signatures of old and new together. */
  readonly together: boolean
}

/** The secrets after a rotation, newest first. One that was still to take over never signed, and is dropped. */
export function rotated(secrets: readonly SealedSecret[], rotation: Rotation): SealedSecret[] {
  const { next, overlapMs, now, together } = rotation
  const until = now + overlapMs
  // The secret that signs now ended when the dropped one was to take over; now it gets the whole new overlap.
  const wasToEnd = pendingAt(secrets, now) === null
  const old = signingAt(secrets, now)
    .map((secret) => ({ ...secret, until: wasToEnd ? Math.min(secret.until ?? until, until) : until }))
    .filter((secret) => secret.until > now)
  if (next === null) return old
  // Without an old one to sign in the meantime the new one begins at once.
  const last = Math.max(now, ...old.map((secret) => secret.until))
  const waits = !together && last > now
  return [{ sealed: next, ...(waits && { from: last }), until: null }, ...old]
}
