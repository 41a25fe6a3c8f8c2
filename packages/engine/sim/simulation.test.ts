import { describe, expect, test } from 'vitest'
import { expectPromisesKept } from './seeds.ts'
import { simulate } from './simulation.ts'

/** To repeat a seed that failed: `POSTHORN_SIM_FIRST=<seed> POSTHORN_SIM_SEEDS=1 npx vitest run simulation.test`. */
const first = Number(process.env.POSTHORN_SIM_FIRST ?? 1)
const count = Number(process.env.POSTHORN_SIM_SEEDS ?? 20)

describe('the engine under a virtual clock, with receivers that fail and a process that dies', () => {
  test(
    `keeps its promises (I1, I2, I3, I4, I5, I6, I7, I9, I10) with ${count} seeds from ${first}`,
    { timeout: 180_000 + count * 5000 },
    () => expectPromisesKept(first, count),
  )

  test('gives the same run for the same seed', async () => {
    const [one, two, other] = [await simulate(7), await simulate(7), await simulate(8)]
    expect(two.logHash).toBe(one.logHash)
    expect(other.logHash).not.toBe(one.logHash)
  })
})
