import { setTimeout as sleep } from 'node:timers/promises'
import type { LogEntry, StreamListener } from '@posthorn/api'
import { gaveUp, isLoss, reason, Silence } from './connection-loss.ts'
import type { LogStream } from './open-stream.ts'
import { SeenLines } from './seen-lines.ts'

export interface Timing {
  /** After this time without a byte the connection counts as lost. The server sends a heartbeat every 15 s. */
  readonly silenceMs: number
  /** Wait before the first new connection, unless the server names another. It doubles each time, up to `longestWaitMs`. */
  readonly firstWaitMs: number
  readonly longestWaitMs: number
  /** After this time without a connection it gives up. */
  readonly giveUpMs: number
  /** After this time the log contains everything from before the new stream, and is read again. */
  readonly settleMs: number
}

export const timing: Timing = {
  silenceMs: 45_000,
  firstWaitMs: 1000,
  longestWaitMs: 30_000,
  giveUpMs: 300_000,
  settleMs: 2000,
}

export interface Following {
  readonly open: (listener: StreamListener, signal: AbortSignal) => Promise<LogStream>
  /** The lines of attempts that began at a time or later. */
  readonly linesSince: (sinceMs: number, signal: AbortSignal) => AsyncIterable<LogEntry>
  readonly report: {
    readonly following: () => void
    /** Gets each line once. Returns whether it passed the filters. */
    readonly line: (entry: LogEntry) => boolean
    readonly lost: (why: string, waitMs: number) => void
    readonly reconnected: (missed: number) => void
    /** More missed lines, which were not in the log at first. */
    readonly late: (missed: number) => void
  }
  /** Ends the following. */
  readonly signal: AbortSignal
  readonly timing: Timing
  /** Returns 0 to 1. It spreads the waits, so that the readers of one server do not all reconnect at the same time. */
  readonly random: () => number
}

/**
 * Follows the log until the signal ends it. A lost connection is opened again, and the lines in between are read from the
 * log: each line is reported once, and none is missed. Rejects when the server refuses, and when it does not come back.
 */
export async function follow(parts: Following): Promise<void> {
  await new Follower(parts).run()
}

class Follower {
  readonly #parts: Following
  /** `null` before the first connection. */
  #seen: SeenLines | null = null
  #lostAt: number | null = null
  #tries = 0
  #firstWaitMs: number

  constructor(parts: Following) {
    this.#parts = parts
    this.#firstWaitMs = parts.timing.firstWaitMs
  }

  async run(): Promise<void> {
    const { signal } = this.#parts
    while (!signal.aborted) {
      let why: unknown = new Error('the server ended it')
      try {
        await this.#connection()
      } catch (error) {
        if (!signal.aborted && (this.#seen === null || !isLoss(error))) throw error
        why = error
      }
      if (!signal.aborted) await this.#wait(why)
    }
  }

  /** The wait between two connections. Rejects when the time to give up has come. */
  async #wait(why: unknown): Promise<void> {
    const { report, timing, random, signal } = this.#parts
    this.#seen?.lost()
    this.#lostAt ??= performance.now()
    const leftMs = timing.giveUpMs - (performance.now() - this.#lostAt)
    if (leftMs <= 0) throw gaveUp(why, this.#seen?.completeTo ?? 0, timing.giveUpMs)
    const wantedMs = Math.min(this.#firstWaitMs * 2 ** this.#tries++, timing.longestWaitMs) * (0.75 + random() / 2)
    const waitMs = Math.min(wantedMs, leftMs)
    report.lost(reason(why), waitMs)
    await sleep(waitMs, undefined, { signal }).catch(() => undefined)
  }

  /** One connection, until it ends. */
  async #connection(): Promise<void> {
    const { open, signal, report, timing } = this.#parts
    const own = new AbortController()
    const end = AbortSignal.any([signal, own.signal])
    const silence = setTimeout(() => own.abort(new Silence(timing.silenceMs)), timing.silenceMs)
    let reading: Promise<void> | null = null
    try {
      const listener: StreamListener = {
        onHeartbeat: () => void silence.refresh(),
        onRetry: (ms) => (this.#firstWaitMs = clamp(ms, timing.firstWaitMs, timing.longestWaitMs)),
      }
      const { openedAt, entries } = await open(listener, end)
      // Lines that arrive while the missed ones are read are reported after those.
      let waiting: LogEntry[] | null = null
      if (this.#seen === null) {
        this.#seen = new SeenLines(openedAt)
        report.following()
      } else {
        waiting = []
        const live = () => {
          for (const entry of waiting ?? []) this.#line(entry)
          waiting = null
        }
        reading = this.#catchUp(this.#seen, openedAt, live, end).catch((error: unknown) => own.abort(error))
      }
      for await (const entry of entries) {
        if (end.aborted) break
        if (waiting === null) this.#line(entry)
        else waiting.push(entry)
      }
      own.signal.throwIfAborted()
    } catch (error) {
      // If this program ended the stream, that reason counts, and not the error of the stream.
      own.signal.throwIfAborted()
      throw error
    } finally {
      clearTimeout(silence)
      own.abort()
      await reading
    }
  }

  /**
   * Reads the missed lines from the log, then lets the waiting lines through (`live`), and reads the log again a moment later,
   * because a line is in the stream before it is in the log.
   */
  async #catchUp(seen: SeenLines, openedAt: number, live: () => void, signal: AbortSignal): Promise<void> {
    const { report, timing } = this.#parts
    report.reconnected(await this.#missed(seen.gapFrom ?? openedAt, signal))
    seen.caughtUp(openedAt)
    live()
    this.#lostAt = null
    this.#tries = 0
    await sleep(timing.settleMs, undefined, { signal })
    const late = await this.#missed(seen.gapFrom ?? openedAt, signal)
    if (late > 0) report.late(late)
    seen.complete(openedAt)
  }

  /** Reports the missed lines. Returns how many of them passed the filters. */
  async #missed(since: number, signal: AbortSignal): Promise<number> {
    let count = 0
    for await (const entry of this.#parts.linesSince(since, signal)) {
      signal.throwIfAborted()
      if (this.#seen?.addStored(entry) === true && this.#parts.report.line(entry)) count++
    }
    return count
  }

  /** Reports a line of the stream. */
  #line(entry: LogEntry): void {
    if (!this.#parts.signal.aborted && this.#seen?.add(entry) === true) this.#parts.report.line(entry)
  }
}

function clamp(value: number, least: number, most: number): number {
  return Math.min(Math.max(value, least), most)
}
