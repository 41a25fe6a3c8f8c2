import type { AttemptTrigger } from '../model.ts'
import type { LiveMessage } from '../encoding/live-message.ts'
import type { Claim } from '../store/queue.ts'
import { usedUp } from './used-up.ts'

/** A delivery in memory: claimed by this process's epoch. */
export interface LiveDelivery {
  /** What the store knows it by. */
  readonly claim: Claim
  readonly app: string
  /** The message, or those of a batch in their order. */
  readonly contents: readonly LiveMessage[]
  /** Bytes of everything that it carries. */
  readonly bytes: number
  readonly failures: number
  readonly trigger: AttemptTrigger
  /** When this push began; `null`: with the next attempt. */
  readonly pushedAt: number | null
  /** It was in flight at several crashes (`suspicion`), so it is sent only when nothing else is in flight. */
  readonly suspect: boolean
  /** Its last try failed on a connection that the receiver had closed: this one goes out on a new one. */
  readonly fresh: boolean
  /** Deliveries that become this batch before it is sent; `null`: it has its row. */
  readonly unformed: readonly LiveDelivery[] | null
  /** It takes a place among the requests in flight: from its turn until the receiver has answered. */
  out: boolean
}

/**
 * Whether it may be gathered into a batch: a first attempt, or one that was asked for by hand. A retry goes out as it went
 * before.
 */
export function isGatherable({ claim, failures, trigger, contents }: LiveDelivery): boolean {
  if (contents.length !== 1) return false
  return trigger === 'manual' ? failures === 0 || failures === usedUp : failures === 0 && claim.generation === 1
}
