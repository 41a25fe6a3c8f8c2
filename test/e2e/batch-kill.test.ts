import { expect, test } from 'vitest'
import { batchKillRun } from './batch-kill-run.ts'

const count = 3_000

test(`A2: ${count} messages to one endpoint with batches, killed twice: all arrive, in order, twice only as whole batches`, async () => {
  expect((await batchKillRun(count)).violations).toEqual([])
})
