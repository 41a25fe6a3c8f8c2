import { setTimeout as sleep } from 'node:timers/promises'
import type { LogEntry, StreamListener } from '@posthorn/api'
import { CliError } from '../process/cli-error.ts'
import { exitCodes } from '../process/exit-codes.ts'
import { errorText, systemCode } from '../process/system-error.ts'
import { apiStatus } from '../api/refusal.ts'
import type { LogStream } from './open-stream.ts'
import { spanText } from '../show/time-text.ts'
import { Told } from './told.ts'

export interface Timing {
  /** So long without a byte, and the connection counts as lost. The server sends a heartbeat every 15 s. */
  readonly silenceMs: number
  /** Before the first new connection, unless the server names another; it doubles, up to `longestWaitMs`. */
  readonly firstWaitMs: number
  readonly longestWaitMs: number
  /** After that long without a connection it is over. */
  readonly giveUpMs: number
  /** After that the log can show everything that came before lines came live again, and is read once more. */
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
  /** Lines whose attempts began at a time or later. */
  readonly linesSince: (sinceMs: number, signal: AbortSignal) => AsyncIterable<LogEntry>
  readonly tell: {
    readonly following: () => void
    /** Each line once; answers whether it was one of those that are wanted. */
    readonly line: (entry: LogEntry) => boolean
    readonly lost: (why: string, waitMs: number) => void
    readonly reconnected: (missed: number) => void
    /** More of what was missed, that the log could not show at once. */
    readonly late: (missed: number) => void
  }
  /** Ends it. */
  readonly signal: AbortSignal
  readonly timing: Timing
  /** 0 to 1: readers that lost the same server do not come back together. */
  readonly random: () => number
}

/**
 * Follows the log until it is told to end. A lost connection is made anew, and what the log got in between is read from
 * it: each line is told once, none is left out. Rejects when the server refuses, and when it does not come back.
 */
export async function follow(parts: Following): Promise<void> {
  await new Follower(parts).run()
}

class Follower {
  readonly #parts: Following
  /** `null` before the first connection. */
  #told: Told | null = null
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
        if (!signal.aborted && (this.#told === null || !isLoss(error))) throw error
        why = error
      }
      if (!signal.aborted) await this.#wait(why)
    }
  }

  /** Between two connections. Rejects when it has been long enough. */
  async #wait(why: unknown): Promise<void> {
    const { tell, timing, random, signal } = this.#parts
    this.#told?.lost()
    this.#lostAt ??= performance.now()
    const leftMs = timing.giveUpMs - (performance.now() - this.#lostAt)
    if (leftMs <= 0) throw gaveUp(why, this.#told, timing.giveUpMs)
    const wantedMs = Math.min(this.#firstWaitMs * 2 ** this.#tries++, timing.longestWaitMs) * (0.75 + random() / 2)
    const waitMs = Math.min(wantedMs, leftMs)
    tell.lost(reason(why), waitMs)
    await sleep(waitMs, undefined, { signal }).catch(() => undefined)
  }

  /** One connection, as long as it holds. */
  async #connection(): Promise<void> {
    const { open, signal, tell, timing } = this.#parts
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
      // Lines that come live while the missed ones are read wait for those.
      let waiting: LogEntry[] | null = null
      if (this.#told === null) {
        this.#told = new Told(openedAt)
        tell.following()
      } else {
        waiting = []
        const live = () => {
          for (const entry of waiting ?? []) this.#line(entry)
          waiting = null
        }
        reading = this.#catchUp(this.#told, openedAt, live, end).catch((error: unknown) => own.abort(error))
      }
      for await (const entry of entries) {
        if (end.aborted) break
        if (waiting === null) this.#line(entry)
        else waiting.push(entry)
      }
      own.signal.throwIfAborted()
    } catch (error) {
      // Whatever the reading of the stream says then: this is why it was ended.
      own.signal.throwIfAborted()
      throw error
    } finally {
      clearTimeout(silence)
      own.abort()
      await reading
    }
  }

  /**
   * Tells what the log got while nobody read it, and then, a moment later, what it could not show yet: lines come live
   * before they can be searched. In between lines come `live`.
   */
  async #catchUp(told: Told, openedAt: number, live: () => void, signal: AbortSignal): Promise<void> {
    const { tell, timing } = this.#parts
    tell.reconnected(await this.#missed(told.gapFrom ?? openedAt, signal))
    told.caughtUp(openedAt)
    live()
    this.#lostAt = null
    this.#tries = 0
    await sleep(timing.settleMs, undefined, { signal })
    const late = await this.#missed(told.gapFrom ?? openedAt, signal)
    if (late > 0) tell.late(late)
    told.complete(openedAt)
  }

  /** Answers how many lines were missed that are wanted. */
  async #missed(since: number, signal: AbortSignal): Promise<number> {
    let count = 0
    for await (const entry of this.#parts.linesSince(since, signal)) {
      signal.throwIfAborted()
      if (this.#told?.addStored(entry) === true && this.#parts.tell.line(entry)) count++
    }
    return count
  }

  /** A line that came live. */
  #line(entry: LogEntry): void {
    if (!this.#parts.signal.aborted && this.#told?.add(entry) === true) this.#parts.tell.line(entry)
  }
}

/** For the first connection this is an error like others; later ones are made anew. */
class Silence extends CliError {
  constructor(afterMs: number) {
    super(
      `the server sent nothing for ${spanText(afterMs)}.`,
      'Is it the right address? A proxy on the way may hold the stream back: it must not buffer.',
      exitCodes.unable,
    )
  }
}

/** Whether another connection may go better. */
function isLoss(error: unknown): boolean {
  if (error instanceof Silence) return true
  if (error instanceof CliError) return false
  const status = apiStatus(error)
  if (status !== null) return status >= 500 || [408, 425, 429].includes(status)
  const code = systemCode(error)
  return code !== undefined && !code.startsWith('ERR_INVALID')
}

function reason(error: unknown): string {
  const code = systemCode(error)
  if (code === 'ECONNREFUSED') return 'nothing listens there'
  if (code === 'UND_ERR_SOCKET' || code === 'ECONNRESET') return 'it was cut'
  return code ?? errorText(error).replace(/\.$/, '')
}

function gaveUp(why: unknown, told: Told | null, afterMs: number): CliError {
  const since = new Date(told?.completeTo ?? 0).toISOString()
  return new CliError(
    `the connection did not come back within ${spanText(afterMs)}: ${reason(why)}.`,
    `Is the server running? What came after the last line is in its log: posthorn log APP --after ${since}`,
    exitCodes.lost,
  )
}

function clamp(value: number, least: number, most: number): number {
  return Math.min(Math.max(value, least), most)
}
