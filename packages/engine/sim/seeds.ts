import { expect } from 'vitest'
import { simulate } from './simulation.ts'

/** Every run of these seeds keeps the promises. The runs had enough crashes and receipts to break them. */
export async function expectPromisesKept(first: number, count: number): Promise<void> {
  let crashes = 0
  let receipts = 0
  for (let seed = first; seed < first + count; seed++) {
    const result = await simulate(seed)
    expect(result.violations, `seed ${seed}: POSTHORN_SIM_FIRST=${seed} POSTHORN_SIM_SEEDS=1`).toEqual([])
    crashes += result.crashes
    receipts += result.receipts
  }
  expect(crashes).toBeGreaterThan(count / 2)
  expect(receipts).toBeGreaterThan(count * 50)
}
