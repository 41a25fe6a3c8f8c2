import type { BatchTerms } from '../directory/batch-terms.ts'
import type { Lane } from './lane.ts'
import { isGatherable, type LiveDelivery } from './live-delivery.ts'

/**
 * Takes the next delivery from a lane with batches: as many of the first messages as fit, as one delivery without an id yet, or one
 * message that goes alone.
 *
 * @param sizeOf bytes of a message in a batch; `null`: it cannot be written any more
 */
export function gather(
  lane: Lane,
  terms: BatchTerms,
  sizeOf: (delivery: LiveDelivery) => number | null,
): LiveDelivery | undefined {
  const [first, ...more] = takeMembers(lane, terms, sizeOf)
  if (!first || more.length === 0) return first ?? lane.shift()
  const members = [first, ...more].toSorted(
    ({ claim: a }, { claim: b }) => a.due - b.due || (a.request.id < b.request.id ? -1 : 1),
  )
  const contents = members.flatMap((member) => member.contents)
  const bytes = members.reduce((sum, member) => sum + member.bytes, 0)
  return { ...members[0]!, contents, bytes, unformed: members }
}

function takeMembers(lane: Lane, terms: BatchTerms, sizeOf: (delivery: LiveDelivery) => number | null): LiveDelivery[] {
  const sizes: number[] = []
  let first: LiveDelivery | null = null
  for (const delivery of lane.waiting) {
    first ??= delivery
    const fits = sizes.length < terms.maxMessages && areAlike(delivery, first) && isGatherable(delivery)
    const size = fits ? sizeOf(delivery) : null
    if (size === null) break
    sizes.push(size)
  }
  return Array.from({ length: fitting(sizes, terms) }, () => lane.shift()!)
}

/** Members have the same number, trigger and place in the schedule, so the attempt of the batch is the next attempt of each of them. */
function areAlike(one: LiveDelivery, other: LiveDelivery): boolean {
  return (
    one.trigger === other.trigger && one.claim.generation === other.claim.generation && one.failures === other.failures
  )
}

/**
 * How many of the first elements fit into one body: at least one, because an element that is too large for any batch has to
 * leave too.
 *
 * @param sizes bytes of each element, in order
 */
function fitting(sizes: Iterable<number>, { maxMessages, maxBytes }: BatchTerms): number {
  let count = 0
  // The brackets; each element brings its comma.
  let bytes = 1
  for (const size of sizes) {
    bytes += size + 1
    if (count > 0 && (count === maxMessages || bytes > maxBytes)) break
    count += 1
  }
  return count
}
