import { expect, test } from 'vitest'
import { totalsText } from './totals.ts'

const io = { style: (_style: unknown, text: string) => text } as Parameters<typeof totalsText>[1]

test.each([
  [0, 0, 'Total 0   Succeeded 0   Failed 0'],
  [12_301, 181, 'Total 12,482   Succeeded 12,301 (98.5 %)   Failed 181 (1.5 %)'],
  [3, 0, 'Total 3   Succeeded 3 (100 %)   Failed 0 (0 %)'],
  [99_999, 1, 'Total 100,000   Succeeded 99,999 (>99.9 %)   Failed 1 (<0.1 %)'],
])('%i succeeded, %i failed', (success, failed, expected) => {
  expect(totalsText({ total: success + failed, success, failed }, io)).toBe(expected)
})
