import { expect, test } from 'vitest'
import { batchKillRun } from './batch-kill-run.ts'

const count = 100_000

test(
  `A2: ${count} messages to one endpoint with batches, killed twice: all arrive, in order, twice only as whole batches`,
  { timeout: 1_200_000 },
  async () => {
    const { violations, batches, duplicates } = await batchKillRun(count)
    console.log(`${batches} batches for ${count} messages, ${duplicates} came twice`)
    expect(violations).toEqual([])
  },
)
