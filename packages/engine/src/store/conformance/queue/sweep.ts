import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Claim } from '../../queue.ts'
import { t0 } from '../harness.ts'
import { keyOf, ids, sweepAll, dayMs, Scene, type QueueContext } from './scene.ts'

export function sweepSuite({ open }: QueueContext): void {
  describe('sweep', () => {
    test('keeps a message with waiting work, however old, and forgets the others', async () => {
      const at = await new Scene((await open()).store).create()
      const old = { expiresAt: t0 + 10 }
      const first = await at.accept({}, old)
      const held = await at.accept({}, { ...old, claimed: true })
      const retried = await at.accept({}, { ...old, claimed: true })
      await at.fail(retried, t0 + 5 * dayMs)
      const again = await at.accept({}, { ...old, claimed: true })
      await at.record(again)
      await at.requeue(again.request.id)
      const later = await at.accept({ deliverAt: t0 + dayMs }, old)
      const over = await at.accept({}, { ...old, claimed: true })
      await at.record(over)
      const nowhere = await at.accept({ targets: [] }, old)
      const young = await at.accept({ targets: [] }, { expiresAt: t0 + 20 })

      await sweepAll(at.queue, t0 + 20)
      const there = async (claims: readonly Claim[]): Promise<boolean[]> =>
        Promise.all(ids(claims).map((message) => at.isThere(message)))
      expect(await there([first, held, retried, again, later])).toEqual([true, true, true, true, true])
      expect(await there([over, nowhere])).toEqual([false, false])
      expect(await there([young])).toEqual([true])
      // Sent at last, they are forgotten too.
      await at.record(held)
      for (const work of await at.claim(t0 + 5 * dayMs)) await at.record(work)
      await sweepAll(at.queue, t0 + 21)
      expect(await there([first, held, retried, again, later, young])).toEqual(Array.from({ length: 6 }, () => false))
    })

    test('erases the payload of a message with a shorter retention of its own, and forgets the message in its turn', async () => {
      const at = await new Scene((await open()).store).create()
      const before = await at.accept({ targets: [] }, { expiresAt: t0 + 90 })
      const short = await at.accept({ targets: [] }, { expiresAt: t0 + 10, ownRetention: true })
      const busy = await at.accept({}, { expiresAt: t0 + 10, ownRetention: true })
      const payload = async ({ request }: Claim) => (await at.queue.message(at.app, request.id))?.payload
      await sweepAll(at.queue, t0 + 11, t0 + 11 - 90)
      expect(await payload(before)).toBeTypeOf('string')
      expect(await payload(short)).toBeNull()
      expect(await payload(busy)).toBeTypeOf('string')
      await sweepAll(at.queue, t0 + 91, t0 + 91 - 90)
      expect(await at.isThere(short.request.id)).toBe(false)
      expect(await at.isThere(before.request.id)).toBe(false)
      expect(await at.isThere(busy.request.id)).toBe(true)
    })

    test('goes on past any number of messages that are kept', async () => {
      const at = await new Scene((await open()).store).create()
      const old = { expiresAt: t0 + 1 }
      await Promise.all(Array.from({ length: 25 }, () => at.accept({}, old)))
      const over = await Promise.all(Array.from({ length: 7 }, () => at.accept({ targets: [] }, old)))
      await sweepAll(at.queue, t0 + 2, 0, 10)
      for (const message of ids(over)) expect(await at.isThere(message)).toBe(false)
      // And begins at the oldest again, when one of them is over meanwhile.
      const [work] = await at.claim(t0, { limit: 1 })
      await at.record(work as Claim)
      await sweepAll(at.queue, t0 + 2, 0, 10)
      expect(await at.isThere(work?.request.id ?? '')).toBe(false)
    })

    test('takes at most "limit" rows a step and says whether there is more', async () => {
      const at = await new Scene((await open()).store).create()
      await Promise.all(Array.from({ length: 25 }, () => at.accept({ targets: [] }, { expiresAt: t0 + 1 })))
      const left: number[] = []
      for (;;) {
        const more = await at.queue.sweep(t0 + 2, 0, 10)
        left.push((await at.queue.messages(at.query())).length)
        if (!more || left.length > 9) break
      }
      expect(left).toEqual([15, 5, 0])
    })

    test('forgets keys that ran out', async () => {
      const at = await new Scene((await open()).store).create()
      const short = keyOf('a', { expiresAt: t0 + 1 })
      const long = keyOf('b', { expiresAt: t0 + 9 })
      await at.accept({}, { idempotency: short })
      await at.accept({}, { idempotency: long })
      await sweepAll(at.queue, t0 + 5)
      await at.accept({}, { idempotency: short })
      expect((await at.queue.accept(at.item(at.message(), { idempotency: long }))).state).toBe('replay')
    })

    test('forgets outcomes, and never gives a number twice, over a restart too', async () => {
      const subject = await open()
      const at = await new Scene(subject.store).create()
      const claims = await Promise.all(Array.from({ length: 5 }, () => at.accept({}, { claimed: true })))
      for (const [index, claim] of claims.entries()) await at.record(claim, { startedAt: t0 + index })
      const last = (await at.outcomes()).at(-1)?.seq ?? 0
      await sweepAll(at.queue, t0, t0 + 3)
      expect((await at.outcomes()).map(({ startedAt }) => startedAt)).toEqual([t0 + 3, t0 + 4])
      await sweepAll(at.queue, t0, t0 + 100)
      expect(await at.outcomes()).toEqual([])
      const after = at.in(await subject.crash())
      const next = await after.record(await after.accept({}, { claimed: true }))
      expect(next.state === 'recorded' ? next.seqs[0] : 0).toBeGreaterThan(last)
    })

    test('leaves exactly what has not run out or still has work, whatever the mixture', async () => {
      const kind = fc.record({
        ageMs: fc.integer({ min: 0, max: 20 }),
        own: fc.option(fc.integer({ min: 0, max: 10 })),
        work: fc.constantFrom('none', 'first', 'later', 'retry', 'again', 'over'),
      })
      const { store } = await open()
      let now = t0
      await fc.assert(
        fc.asyncProperty(fc.array(kind, { maxLength: 25 }), fc.integer({ min: 1, max: 7 }), async (kinds, limit) => {
          const at = await new Scene(store).create()
          // Later than all that the run before kept: messages run out in the order in which they came.
          now += 100
          const kept: string[] = []
          for (const { ageMs, own, work } of kinds.toSorted((a, b) => b.ageMs - a.ageMs)) {
            const acceptedAt = now - ageMs
            const expiresAt = acceptedAt + (own ?? 10)
            const deliverAt = work === 'later' ? now + dayMs : null
            const fields = { acceptedAt, deliverAt, ...(work === 'none' && { targets: [] }) }
            const claimed = work !== 'first' && work !== 'later'
            const claim = await at.accept(fields, { expiresAt, ownRetention: own !== null, claimed })
            if (work === 'retry') await at.fail(claim, now + dayMs)
            if (work === 'again' || work === 'over') await at.record(claim)
            if (work === 'again') await at.requeue(claim.request.id)
            // Its payload is erased, and it is there until the general retention ends.
            if (own !== null && ageMs <= 10) kept.push(claim.request.id)
            else if (expiresAt >= now || ['first', 'later', 'retry', 'again'].includes(work))
              kept.push(claim.request.id)
          }
          await sweepAll(at.queue, now, now - 10, limit)
          expect((await at.queue.messages(at.query())).map(({ id }) => id)).toEqual(kept.toSorted())
        }),
        { numRuns: 8 },
      )
    })
  })
}
