import type { Clock } from './clock.ts'
import { EngineError } from './errors.ts'

/** Between two tries while the disk is full. */
const waitMs = 1000

/**
 * Does what must not be forgotten: while the disk is full it waits in memory and is tried again. (An outcome that was
 * dropped would send its delivery twice; a claim that was not given back would wait for the next process.)
 */
export async function untilStored<T>(clock: Clock, work: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await work()
    } catch (error) {
      if (!(error instanceof EngineError && error.code === 'overloaded')) throw error
      await new Promise<void>((resolve) => clock.after(waitMs, resolve))
    }
  }
}
