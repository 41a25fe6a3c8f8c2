import type { Engine } from '@posthorn/engine'
import { sentRequests } from './log.ts'
import { nameOfKey, type Received, type Receiver } from './receiver.ts'

interface Flow {
  readonly posthorn: Engine
  readonly organisation: string
  readonly receiver: Receiver
}

/** Nothing waits any more, and whatever is in the log has reached the receiver. */
export async function settled({ posthorn, organisation, receiver }: Flow): Promise<void> {
  await posthorn.idle()
  const sent = await sentRequests(posthorn, organisation)
  await arrived(
    receiver,
    sent.map(({ signature }) => signature),
  )
}

export function arrived(receiver: Receiver, signatures: readonly string[]): Promise<void> {
  return receiver.until((received) => signatures.every((one) => received.some(({ signature }) => signature === one)))
}

/** What the receiver is sent from now on. */
export function fromNowOn(receiver: Receiver) {
  const before = receiver.received.length
  const since = (): readonly Received[] => receiver.received.slice(before)
  return {
    paths: (): readonly string[] => [...new Set(since().map(({ path }) => path))].toSorted(),
    /** Until each of these paths was sent so many events. */
    events: (paths: readonly string[], count: number): Promise<void> =>
      receiver.until(() => paths.every((path) => eventsAt(path, since()) >= count)),
    /** Until each of these paths was sent something that this key has signed. */
    signedBy: (paths: readonly string[], key: string): Promise<void> =>
      receiver.until(() =>
        paths.every((path) => since().some((one) => one.path === path && one.key === nameOfKey(key))),
      ),
  }
}

function eventsAt(path: string, received: readonly Received[]): number {
  return received.filter((one) => one.path === path).flatMap(({ events = [] }) => events).length
}
