import { dialect, newId } from '@posthorn/wire'
import type { Transport } from '../../packages/engine/src/transport/transport.ts'
import { applicationOf, urlsOf, workload, type Contender } from './contender.ts'

/** The pipe: our HTTP client posting signed bodies, and nothing else. No store, no retry, no log: an upper bound. */
export async function pipe(receiver: string, transport: Transport): Promise<Contender> {
  const post = poster(transport)
  const urls = Array.from({ length: workload.applications }, (_, index) => urlsOf(receiver, index))
  let failed = 0
  return {
    async send(n, payload) {
      const id = newId('msg_', Date.now(), Math.floor(Math.random() * 2 ** 47))
      const done = await Promise.all(urls[applicationOf(n)]!.map((url) => post(url, id, payload)))
      failed += done.filter((ok) => !ok).length
    },
    settled: () => Promise.resolve(),
    failed: () => failed,
    otherCpuMicroseconds: () => 0,
    close: () => transport.close(),
  }
}

/** Posts one payload, signed in the standard dialect; answers whether it was accepted. */
export function poster(transport: Transport): (url: string, id: string, payload: string) => Promise<boolean> {
  const standard = dialect('standard')
  const secret = standard.newSecret((count) => crypto.getRandomValues(new Uint8Array(count))) ?? ''
  return async (url, id, payload) => {
    const now = Date.now()
    const message = { id, type: 'bench.event', payload, occurredAt: now, acceptedAt: now }
    const body = standard.body(message)
    const request = standard.encodeSync({ message, url, secrets: [secret], sentAt: now, attempt: 1, body })
    return (await transport.send({ ...request, timeoutMs: 15_000 })).kind === 'accepted'
  }
}
