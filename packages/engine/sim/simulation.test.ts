import { describe, expect, test } from 'vitest'
import { simulate } from './simulation.ts'

/** More: `POSTHORN_SIM_SEEDS=5000 npx vitest run packages/engine/sim`. One that failed: `POSTHORN_SIM_FIRST=<seed>`. */
const first = Number(process.env.POSTHORN_SIM_FIRST ?? 1)
const count = Number(process.env.POSTHORN_SIM_SEEDS ?? 40)

describe('the engine under a virtual clock, with receivers that fail and a process that dies', () => {
  test(
    `keeps its promises (I1, I2, I3, I4, I5, I6, I7, I9, I10) with ${count} seeds from ${first}`,
    { timeout: 30_000 + count * 5000 },
    async () => {
      let crashes = 0
      let receipts = 0
      for (let seed = first; seed < first + count; seed++) {
        const result = await simulate(seed)
        expect(result.violations, `seed ${seed}: POSTHORN_SIM_FIRST=${seed} POSTHORN_SIM_SEEDS=1`).toEqual([])
        crashes += result.crashes
        receipts += result.receipts
      }
      // The faults did happen, and there was something to lose.
      expect(crashes).toBeGreaterThan(count / 2)
      expect(receipts).toBeGreaterThan(count * 50)
    },
  )

  test('runs the same for the same seed', async () => {
    const [one, two, other] = [await simulate(7), await simulate(7), await simulate(8)]
    expect(two.logHash).toBe(one.logHash)
    expect(other.logHash).not.toBe(one.logHash)
  })
})
