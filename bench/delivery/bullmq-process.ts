/** A worker of BullMQ in a process of its own: it tells how many jobs ended since it told the last time. */
import { startWorker, type Client } from './bullmq-worker.ts'

process.once('message', ({ redisPort, client }: { redisPort: number; client: Client }) => {
  let delivered = 0
  let failed = 0
  const worker = startWorker(redisPort, client, (ok) => {
    if (ok) delivered += 1
    else failed += 1
  })
  setInterval(() => {
    if (delivered + failed === 0) return
    process.send?.({ delivered, failed })
    delivered = 0
    failed = 0
  }, 5)
  process.once('disconnect', () => void worker.close().finally(() => process.exit(0)))
  void worker.waitUntilReady().then(() => process.send?.({ delivered: 0, failed: 0 }))
})
