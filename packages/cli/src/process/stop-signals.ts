import { exitCodes } from './exit-codes.ts'
import type { Io } from './io.ts'

/** One Ctrl-C arrives several times: from the terminal, from npm, from the launcher. Signals within this time count as one. */
const SAME_SIGNAL_MS = 500

export interface Stopping {
  /** Whether SIGINT, SIGTERM or SIGHUP has come. */
  readonly isAsked: () => boolean
  /**
   * Waits for a signal, closes, and returns the exit code. Another signal ends the program at once; deliveries in progress
   * are sent again after the next start, and none is lost.
   */
  closeWhenAsked(close: () => Promise<void>): Promise<number>
}

/** Listens for the signals that stop a server. Call it before the server starts, so that no signal is missed. */
export function stopSignals(io: Io): Stopping {
  const { promise, resolve } = Promise.withResolvers<string>()
  let firstAt: number | null = null
  io.onSignal((signal) => {
    if (firstAt === null) {
      firstAt = performance.now()
      resolve(signal)
    } else if (performance.now() - firstAt > SAME_SIGNAL_MS) {
      io.err('ended without waiting\n')
      io.exit(exitCodes.no)
    }
  })
  return {
    isAsked: () => firstAt !== null,
    async closeWhenAsked(close) {
      const signal = await promise
      io.err(`\n${signal}: finishing deliveries in progress, at most 40 s; a second signal ends at once\n`)
      await close()
      return exitCodes.ok
    },
  }
}
