import { exitCodes } from './exit-codes.ts'
import type { Io } from './io.ts'

/** The same Ctrl-C comes several times: from the terminal, from npm, from the launcher. So close together they are one. */
const SAME_SIGNAL_MS = 500

export interface Stopping {
  /** Whether SIGINT, SIGTERM or SIGHUP has come. */
  readonly isAsked: () => boolean
  /**
   * Waits until it is asked to stop, and closes; answers the exit code. A further signal ends the program at once: what
   * is out then is sent again after the next start, it is not lost.
   */
  closeWhenAsked(close: () => Promise<void>): Promise<number>
}

/** Listens for the signals that stop a server. Call it before the start, so that none comes too early. */
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
      io.err(`\n${signal}: finishing what is out, at most 40 s; once more ends at once\n`)
      await close()
      return exitCodes.ok
    },
  }
}
