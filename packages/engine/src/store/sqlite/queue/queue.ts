import type { Queue } from '../../queue.ts'
import { clientOf, type Threads } from '../threads/client.ts'
import type { InFlightFile } from './in-flight.ts'
import { queueMethods } from './methods.ts'

/** The queue as the main thread sees it. The notes about requests in flight are written here, because they must not wait for a thread. */
export function queueOn(threads: Threads, inFlight: InFlightFile, epoch: number): Queue {
  return {
    epoch,
    leaving: (claim) => inFlight.begin(claim),
    neverLeft: (note) => inFlight.erase(note),
    returned: (note) => inFlight.end(note),
    ...clientOf('queue', queueMethods, threads),
  }
}
