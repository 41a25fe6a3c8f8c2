import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { t0, unique } from '../harness.ts'
import { ids, type QueueContext } from './scene.ts'

export function claimSuite({ scene }: QueueContext): void {
  describe('claim', () => {
    test('takes what is due, in due order, complete', async () => {
      const at = await scene()
      const later = await at.accept({ acceptedAt: t0 - 1 })
      const sooner = await at.accept({ acceptedAt: t0 - 5, channels: ['eu'], tags: ['t'], params: { a: 'b' } })
      const { work, outcomes, more, nextDue } = await at.claimResult()
      expect(ids(work)).toEqual([sooner.request.id, later.request.id])
      expect({ outcomes, more, nextDue }).toEqual({ outcomes: [], more: false, nextDue: null })
      expect(work[0]).toEqual({
        ...sooner,
        failures: 0,
        trigger: 'scheduled',
        pushedAt: null,
        suspect: false,
        contents: [await at.queue.message(at.app, sooner.request.id)],
      })
    })

    test('does not take what this epoch holds, from an accept or a claim', async () => {
      const at = await scene()
      await at.accept({}, { claimed: true })
      await at.accept()
      expect((await at.claim()).length).toBe(1)
      expect(await at.claim()).toEqual([])
    })

    test('does not take the work of another target', async () => {
      const at = await scene()
      await at.accept({ targets: [unique('ep')] })
      expect(await at.claim()).toEqual([])
    })

    test('leaves held what was due before "from", and tells when what comes after it is due', async () => {
      const at = await scene()
      await at.accept({ acceptedAt: t0 - 10 })
      const open1 = await at.accept({ acceptedAt: t0 - 9 })
      await at.accept({ acceptedAt: t0 + 7 })
      const result = await at.claimResult(t0, { from: t0 - 9 })
      expect(ids(result.work)).toEqual([open1.request.id])
      expect(result.nextDue).toBe(t0 + 7)
      expect((await at.claimResult(t0, { from: t0 + 8 })).nextDue).toBeNull()
    })

    test('takes at most "limit" and says whether there is more', async () => {
      const at = await scene()
      for (let age = 5; age >= 1; age -= 1) await at.accept({ acceptedAt: t0 - age })
      const dues: number[][] = []
      const mores: boolean[] = []
      for (let round = 0; round < 3; round += 1) {
        const { work, more } = await at.claimResult(t0, { limit: 2 })
        dues.push(work.map(({ due }) => due - t0))
        mores.push(more)
      }
      expect(dues).toEqual([[-5, -4], [-3, -2], [-1]])
      expect(mores).toEqual([true, true, false])
    })

    test('ends at its bytes, and takes the first delivery whatever its size', async () => {
      const at = await scene()
      const payload = JSON.stringify({ text: 'x'.repeat(1000) })
      for (let count = 0; count < 3; count += 1) await at.accept({ payload })
      const one = await at.claimResult(t0 + 1, { maxBytes: 0 })
      expect([one.work.length, one.more]).toEqual([1, true])
      const rest = await at.claimResult(t0 + 1, { maxBytes: 2500 })
      expect([rest.work.length, rest.more]).toEqual([2, false])
    })

    test('says that there is no more when exactly the limit was there', async () => {
      const at = await scene()
      await at.accept()
      expect(await at.claimResult(t0, { limit: 1 })).toMatchObject({ more: false, nextDue: null })
    })

    test('like a filter over a sorted list, for any dues and bounds', async () => {
      const due = fc.integer({ min: 0, max: 20 })
      await fc.assert(
        fc.asyncProperty(
          fc.array(due, { maxLength: 12 }),
          due,
          due,
          fc.integer({ min: 1, max: 5 }),
          async (dues, from, now, limit) => {
            const at = await scene()
            await Promise.all(dues.map((offset) => at.accept({ acceptedAt: t0 + offset })))
            const isDue = (offset: number): boolean => offset >= from && offset <= now
            const expected = dues.filter(isDue).sort((a, b) => a - b)
            const result = await at.claimResult(t0 + now, { from: t0 + from, limit })
            expect(result.work.map((row) => row.due - t0)).toEqual(expected.slice(0, limit))
            expect(result.more).toBe(expected.length > limit)
            const rest = dues.filter((offset) => offset >= from && offset > now)
            expect(result.nextDue).toBe(result.more || rest.length === 0 ? null : t0 + Math.min(...rest))
          },
        ),
        { numRuns: 20 },
      )
    })
  })
}
