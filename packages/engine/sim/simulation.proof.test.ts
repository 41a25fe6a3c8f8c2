import { describe, test } from 'vitest'
import { expectPromisesKept } from './seeds.ts'

// `npm run proof:long` runs many more seeds.
const first = 1001
const count = 300

describe('the engine under a virtual clock, with receivers that fail and a process that dies', () => {
  test(
    `keeps its promises (I1, I2, I3, I4, I5, I6, I7, I9, I10) with ${count} seeds from ${first}`,
    { timeout: 180_000 + count * 5000 },
    () => expectPromisesKept(first, count),
  )
})
