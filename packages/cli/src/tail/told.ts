import type { LogEntry } from '@posthorn/api'

/**
 * A line may stand in the log this long after its attempt began: requests take up to a minute, storing takes a moment. So
 * who asks for what came after a line asks from this long before it.
 */
const WINDOW_MS = 90_000

/**
 * Which lines have been told, and since when some may be missing. All times are the server's.
 *
 * A line has the time at which its attempt began, and comes when the attempt has ended: lines do not come in the order of
 * their times, and "later than the last one" would lose slow attempts. What was told is therefore known by its id, for as
 * long as it could be found again.
 */
export class Told {
  readonly #beganAt: number
  /** Ids with the time at which the attempt began. */
  readonly #ids = new Map<string, number>()
  /** Everything recorded before this has been told. */
  #completeTo: number
  #gapFrom: number | null = null

  /** From when on lines are told at all. */
  constructor(beganAt: number) {
    this.#beganAt = beganAt
    this.#completeTo = beganAt
  }

  /** Lines may be missing whose attempts began after this; `null`: none are. */
  get gapFrom(): number | null {
    return this.#gapFrom
  }

  /** When the newest line that is complete ended, to go on from by hand. */
  get completeTo(): number {
    return this.#completeTo
  }

  /** Whether a line that came live is new; from now on it is not. */
  add(entry: LogEntry): boolean {
    if (this.#ids.has(entry.id)) return false
    this.#ids.set(entry.id, Date.parse(entry.timestamp))
    if (this.#gapFrom === null) this.#moveOn(endOf(entry))
    return true
  }

  /** The same for a line that was read from the log, where those from before the beginning stand too. */
  addStored(entry: LogEntry): boolean {
    return endOf(entry) >= this.#beganAt && this.add(entry)
  }

  /** The connection is lost. */
  lost(): void {
    this.#gapFrom ??= this.#completeTo - WINDOW_MS
  }

  /** The log was read up to a time at which lines came live again; the newest may not have been in it yet. */
  caughtUp(openedAt: number): void {
    // Never further back than what is remembered: the server names whole seconds.
    this.#gapFrom = Math.max(this.#gapFrom ?? 0, openedAt - WINDOW_MS)
  }

  /** It was read once more, a moment later. */
  complete(openedAt: number): void {
    this.#gapFrom = null
    this.#moveOn(openedAt)
  }

  #moveOn(to: number): void {
    if (to <= this.#completeTo) return
    this.#completeTo = to
    // The oldest stand first, nearly: one that stays a little longer does no harm.
    for (const [id, startedAt] of this.#ids) {
      if (startedAt >= to - WINDOW_MS) break
      this.#ids.delete(id)
    }
  }
}

function endOf({ timestamp, durationMs }: LogEntry): number {
  return Date.parse(timestamp) + durationMs
}
