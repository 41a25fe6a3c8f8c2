import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import type { SimulationResult } from '../../packages/engine/sim/simulation.ts'
import { grouped, type Proof } from './proof.ts'

const firstSeed = 10_001

/** Seeds of the simulator one after another, on every processor. */
export const simulator: Proof = {
  name: 'simulator',
  title: 'The simulator: virtual days with receivers that fail and a process that dies (I1 to I7, I9, I10)',
  share: 0.4,
  columns: ['seeds', 'crashes', 'messages', 'requests that arrived'],
  async run(until) {
    const violations: string[] = []
    let next = firstSeed
    let [seeds, crashes, messages, receipts] = [0, 0, 0, 0]
    await Promise.all(
      Array.from({ length: availableParallelism() }, async () => {
        const worker = new Worker(new URL('simulator-worker.ts', import.meta.url))
        try {
          // At least one each: a try of a minute shows that it works.
          do {
            const result = await simulated(worker, next++)
            seeds += 1
            crashes += result.crashes
            messages += result.messages
            receipts += result.receipts
            violations.push(...result.violations.map((violation) => `seed ${result.seed}: ${violation}`))
            until.tell(`${grouped(seeds)} seeds, ${violations.length} broken promises`)
          } while (!until.isOver)
        } finally {
          await worker.terminate()
        }
      }),
    )
    const range = `${grouped(seeds)} from ${grouped(firstSeed)}`
    return { cells: [range, grouped(crashes), grouped(messages), grouped(receipts)], violations }
  },
}

function simulated(worker: Worker, seed: number): Promise<SimulationResult> {
  return new Promise((resolve, reject) => {
    worker.removeAllListeners()
    worker.once('message', resolve)
    worker.once('error', reject)
    worker.postMessage(seed)
  })
}
