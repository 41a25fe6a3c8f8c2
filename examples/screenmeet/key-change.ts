import type { Sent } from './log.ts'
import type { Received } from './receiver.ts'

/** Names of the keys, and the moment from which the new one signs. */
export interface KeyChange {
  readonly old: string
  readonly next: string
  readonly signsFrom: number
}

/** The log has when a request was begun; it is signed a moment later. */
const edgeMs = 50

export function keyAt({ old, next, signsFrom }: KeyChange, at: number): string {
  return at < signsFrom ? old : next
}

/** What was not as it was stated, as a sentence; `null`: every request was taken, and signed with the key of its moment. */
export function fault(change: KeyChange, sent: readonly Sent[], received: readonly Received[]): string | null {
  const arrived = new Map(received.map((one) => [`${one.path} ${one.signature}`, one]))
  for (const { at, path, signature, code, events } of sent) {
    const about = `The request of ${new Date(at).toISOString()} to ${path}`
    const one = arrived.get(`${path} ${signature}`)
    if (one === undefined) return `${about} is in the log, and did not arrive.`
    if (code !== 200 || one.answered !== 200) return `${about} was answered ${one.answered}; the log has ${code}.`
    const types = one.events?.map(({ type }) => type) ?? []
    if (types.join() !== events.join()) return `${about} had ${events.join()} in it, and arrived with ${types.join()}.`
    const isAtTheEdge = Math.abs(at - change.signsFrom) <= edgeMs
    if (one.key !== keyAt(change, at) && !isAtTheEdge) return `${about} was signed with the key ${one.key}.`
  }
  for (const key of [change.old, change.next])
    if (!received.some((one) => one.key === key)) return `Nothing was signed with the key ${key}.`
  return null
}
