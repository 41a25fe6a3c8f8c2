import { expect, test } from 'vitest'
import { descriptorShares } from './descriptors.ts'

test.each([64, 100, 256, 300, 1024, 4096, 65_536, 1_048_576])(
  'A7 of %i descriptors, both sides together leave some for files and look-ups',
  (limit) => {
    const { incoming, outgoing, requests } = descriptorShares(limit)
    expect(requests).toBeLessThanOrEqual(outgoing)
    for (const share of [incoming, outgoing, requests]) expect(share).toBeGreaterThanOrEqual(8)
    if (limit >= 256) expect(incoming + outgoing).toBeLessThan(limit - 64)
  },
)

test('without a limit memory is the bound', () => {
  expect(descriptorShares(null)).toEqual({ incoming: 10_000, outgoing: 4_096, requests: 2_048 })
})
