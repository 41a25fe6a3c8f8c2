import type { AttemptTrigger } from '../model.ts'
import type { LiveMessage } from '../encoding/live-message.ts'
import type { Claim } from '../store/queue.ts'

/** A delivery in memory: claimed by this process's epoch. */
export interface LiveDelivery extends Claim {
  readonly app: string
  /** The message, or those of a batch in their order. */
  readonly contents: readonly LiveMessage[]
  readonly failures: number
  readonly trigger: AttemptTrigger
  /** It was out at several crashes (`suspicion`): it leaves when nothing else is out. */
  readonly suspect: boolean
  /** Deliveries that become this batch before it is sent; `null`: it has its row. */
  readonly unformed: readonly LiveDelivery[] | null
  /** It takes a place among the requests in flight: from its turn until the receiver has answered. */
  out: boolean
}

/** Bytes of everything that a delivery carries. */
export function bytesOf({ contents }: LiveDelivery): number {
  return contents.reduce((sum, { bytes }) => sum + bytes, 0)
}

/** What the store knows it by. */
export function claimOf({ target, due, request, generation }: LiveDelivery): Claim {
  return { target, due, request, generation }
}

/**
 * Whether it may be gathered into a batch: a first attempt, or one that was asked for by hand. A retry goes out as it went
 * before.
 */
export function isGatherable({ generation, failures, trigger, contents }: LiveDelivery): boolean {
  return failures === 0 && contents.length === 1 && (trigger === 'manual' || generation === 1)
}
