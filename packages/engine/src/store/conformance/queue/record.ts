import { describe, expect, test } from 'vitest'
import { t0 } from '../harness.ts'
import { dayMs, type QueueContext } from './scene.ts'

export function recordSuite({ scene }: QueueContext): void {
  describe('record', () => {
    test('ends a delivery: the work is gone, the outcome stays, complete', async () => {
      const at = await scene()
      const claim = await at.accept({}, { claimed: true })
      const item = at.ending(claim, { code: 204, trigger: 'manual' })
      const result = await at.queue.record(item)
      const { due: _due, next: _next, request: _request, targetKind: _kind, attempts, ...shown } = item
      expect(await at.outcomes()).toEqual([
        {
          ...shown,
          ...attempts[0],
          eventType: 'invoice.paid',
          nextAt: null,
          seq: result.state === 'recorded' ? result.seqs[0] : 0,
        },
      ])
      expect(await at.queue.pending([at.target], [claim.request.id])).toEqual([])
      expect(await at.claim(t0 + dayMs)).toEqual([])
    })

    test('reschedules a delivery: it is due then, with its failures and the next attempt number', async () => {
      const at = await scene()
      await at.fail(await at.accept({}, { claimed: true }), t0 + 10, 3)
      expect((await at.outcomes())[0]).toMatchObject({ result: 'failed', nextAt: t0 + 10, generation: 1 })
      expect(await at.claimResult(t0 + 9)).toMatchObject({ work: [], nextDue: t0 + 10 })
      expect(await at.claimOne(t0 + 10)).toMatchObject({ generation: 2, failures: 3, trigger: 'scheduled' })
    })

    test('reschedules a delivery with the time at which its push began, until it is sent again by hand', async () => {
      const at = await scene()
      await at.accept()
      const first = await at.claimOne()
      expect(first).toMatchObject({ pushedAt: null })
      await at.fail(first, t0 + 10, 1, t0 + 3)
      const retry = await at.claimOne(t0 + 10)
      expect(retry).toMatchObject({ generation: 2, pushedAt: t0 + 3 })
      await at.fail(retry, t0 + 20, 2, t0 + 3)
      expect(await at.requeue(retry.request.id, 2, t0 + 12, true)).toBe(1)
      expect(await at.claimOne(t0 + 12)).toMatchObject({ pushedAt: null, trigger: 'manual' })
    })

    test('of the same ending twice records one', async () => {
      const at = await scene()
      const claim = await at.accept({}, { claimed: true })
      const results = await Promise.all([at.record(claim), at.record(claim)])
      expect(results.map(({ state }) => state).sort()).toEqual(['recorded', 'stale'])
      expect((await at.outcomes()).length).toBe(1)
    })

    test('numbers outcomes in rising order, also within a group', async () => {
      const at = await scene()
      const claims = await Promise.all(Array.from({ length: 20 }, () => at.accept({}, { claimed: true })))
      const results = await Promise.all(claims.map((claim) => at.record(claim)))
      const numbers = results.map((result) => (result.state === 'recorded' ? (result.seqs[0] ?? 0) : 0))
      expect(new Set(numbers).size).toBe(20)
      expect(numbers).toEqual(numbers.toSorted((a, b) => a - b))
      const after = await at.queue.outcomesAfter(numbers[9] ?? 0, 3)
      expect(after.map(({ seq }) => seq)).toEqual(numbers.slice(10, 13))
    })
  })
}
