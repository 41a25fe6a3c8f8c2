import type { Clock } from '../clock.ts'
import { EngineError } from '../errors.ts'
import type { Log } from '../options.ts'

/** Between two tries. */
const waitMs = 1000

/**
 * Runs a write that must not be lost. While the store cannot write (a full disk, a locked file), it waits in memory and is
 * tried again. An outcome that was dropped would send its delivery twice; a claim that was lost would wait for the next
 * process.
 *
 * @throws EngineError `closed`: this process is shutting down; the next one finds the work in the store
 */
export async function untilStored<T>(clock: Clock, log: Log, work: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await work()
    } catch (error) {
      if (error instanceof EngineError && error.code === 'closed') throw error
      // Once for each write: a lock of a minute would fill the log.
      if (tries === 1) log.warn({ error }, 'a write failed and is tried again')
      await new Promise<void>((resolve) => clock.after(waitMs, resolve))
    }
  }
}
