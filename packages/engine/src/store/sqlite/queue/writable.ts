import type { Queue } from '../../queue.ts'
import { write } from '../method.ts'
import type { QueueFile } from './queue-file.ts'

export const writable = {
  /** Its group has taken the write lock of the file, so there is nothing left to do. */
  writable: write<QueueFile, Queue['writable']>(() => () => undefined),
}
