import { describe, expect, test } from 'vitest'
import { t0 } from '../harness.ts'
import { ids, Scene, type QueueContext } from './scene.ts'

export function cancelSuite({ scene }: QueueContext): void {
  describe('cancel', () => {
    test('ends the work of a target visibly, some rows at a time, and leaves that of others, and what is in hand', async () => {
      const at = await scene()
      const inHand = await at.accept({ acceptedAt: t0 - 3 }, { claimed: true })
      const other = new Scene(at.store, at.app)
      other.version = at.version
      const kept = await other.accept()
      const claims = await Promise.all([at.accept({ acceptedAt: t0 - 2 }), at.accept(), at.accept()])
      const first = await at.queue.cancel(at.target, 2, t0 + 5)
      const second = await at.queue.cancel(at.target, 2, t0 + 5)
      expect([first.length, second.length]).toEqual([2, 1])
      const all = [...first, ...second]
      expect(new Set(all.map(({ message }) => message))).toEqual(new Set(ids(claims)))
      for (const outcome of all)
        expect(outcome).toMatchObject({
          result: 'cancelled',
          startedAt: t0 + 5,
          nextAt: null,
          eventType: 'invoice.paid',
          code: 0,
        })
      expect(all).toMatchObject(await at.outcomes())
      expect(await at.queue.cancel(at.target, 2, t0)).toEqual([])
      // What is in hand was not touched: its real outcome is recorded.
      expect(await at.record(inHand)).toMatchObject({ state: 'recorded' })
      expect(ids(await other.claim())).toEqual([kept.request.id])
    })
  })
}
