import { httpTransport } from '../../packages/engine/src/transport/http/http-transport.ts'
import { dialect, newId } from '@posthorn/wire'
import { workload, type Contender } from './contender.ts'

/** The same client posting signed bodies to the same receiver, and nothing else: no store, no retry, no log. */
export async function ceiling(receiver: string, path: string): Promise<Contender> {
  const transport = httpTransport({ allowPrivate: ['127.0.0.0/8'] })
  const standard = dialect('standard')
  const secret = standard.newSecret((count) => crypto.getRandomValues(new Uint8Array(count))) ?? ''
  const urls = Array.from({ length: workload.endpointsPerMessage }, (_, index) => `${receiver}${path}/${index}`)
  return {
    async send(payload) {
      const now = Date.now()
      const id = newId('msg_', now, Math.floor(Math.random() * 2 ** 47))
      const message = { id, type: 'bench.event', payload, occurredAt: now, acceptedAt: now }
      const body = standard.body(message)
      const outcomes = await Promise.all(
        urls.map((url) =>
          transport.send({
            ...standard.encodeSync({ message, url, secrets: [secret], sentAt: now, attempt: 1, body }),
            timeoutMs: 15_000,
          }),
        ),
      )
      const failed = outcomes.find((outcome) => outcome.kind === 'unknown')
      if (failed) throw new Error(failed.error.message)
    },
    settled: () => Promise.resolve(),
    close: () => transport.close(),
  }
}
