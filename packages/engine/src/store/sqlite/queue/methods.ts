import { accept } from './accept.ts'
import { batches } from './batches.ts'
import { cancel } from './cancel.ts'
import { claim } from './claim.ts'
import { lanes } from './lanes.ts'
import { messages } from './messages.ts'
import { outcomes } from './outcomes.ts'
import { pending } from './pending.ts'
import { record } from './record.ts'
import { release } from './release.ts'
import { requeue } from './requeue.ts'
import { suspects } from './suspects.ts'
import { sweep } from './sweep.ts'
import { writable } from './writable.ts'

/** Every method of the queue that works on its file. */
export const queueMethods = {
  ...accept,
  ...claim,
  ...suspects,
  ...release,
  ...record,
  ...batches,
  ...requeue,
  ...cancel,
  ...sweep,
  ...lanes,
  ...pending,
  ...messages,
  ...outcomes,
  ...writable,
}
