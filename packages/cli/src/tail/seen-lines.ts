import type { LogEntry } from '@posthorn/api'

/**
 * A line may enter the log this long after its attempt began: a request takes up to a minute, and storing takes a moment.
 * To find all lines after a certain line, the log must be read from this long before it.
 */
const WINDOW_MS = 90_000

/**
 * Which lines were printed, and since when lines may be missing. All times are the server's.
 *
 * A line has the time when its attempt began, and arrives when the attempt has ended. So lines do not arrive in the order
 * of their times, and "later than the last line" would lose slow attempts. Printed lines are therefore remembered by id, for
 * as long as the log may return them again.
 */
export class SeenLines {
  readonly #beganAt: number
  /** Ids with the time at which the attempt began. */
  readonly #ids = new Map<string, number>()
  /** Everything that was recorded before this time has been printed. */
  #completeTo: number
  #gapFrom: number | null = null

  /** Lines of attempts that ended before this time are never printed. */
  constructor(beganAt: number) {
    this.#beganAt = beganAt
    this.#completeTo = beganAt
  }

  /** Lines of attempts that began after this time may be missing; `null`: no line is missing. */
  get gapFrom(): number | null {
    return this.#gapFrom
  }

  /** All lines up to this time were printed; the user can continue from here. */
  get completeTo(): number {
    return this.#completeTo
  }

  /** Remembers a line from the stream. Returns whether it is new. */
  add(entry: LogEntry): boolean {
    if (this.#ids.has(entry.id)) return false
    this.#ids.set(entry.id, Date.parse(entry.timestamp))
    if (this.#gapFrom === null) this.#advance(endOf(entry))
    return true
  }

  /** The same for a line from the log, which also has lines from before the beginning. */
  addStored(entry: LogEntry): boolean {
    return endOf(entry) >= this.#beganAt && this.add(entry)
  }

  /** Call it when the connection is lost. */
  lost(): void {
    this.#gapFrom ??= this.#completeTo - WINDOW_MS
  }

  /** Call it when the log was read after a new stream was opened. The newest lines may not have been in the log yet. */
  caughtUp(openedAt: number): void {
    // Not earlier than what is remembered: the server gives whole seconds only.
    this.#gapFrom = Math.max(this.#gapFrom ?? 0, openedAt - WINDOW_MS)
  }

  /** Call it when the log was read again, a moment later. */
  complete(openedAt: number): void {
    this.#gapFrom = null
    this.#advance(openedAt)
  }

  #advance(to: number): void {
    if (to <= this.#completeTo) return
    this.#completeTo = to
    // The entries are nearly in order of time. One that is kept a little longer does no harm.
    for (const [id, startedAt] of this.#ids) {
      if (startedAt >= to - WINDOW_MS) break
      this.#ids.delete(id)
    }
  }
}

function endOf({ timestamp, durationMs }: LogEntry): number {
  return Date.parse(timestamp) + durationMs
}
