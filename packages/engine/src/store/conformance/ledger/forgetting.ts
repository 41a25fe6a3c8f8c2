import { describe, expect, test } from 'vitest'
import { newId, t0, unique } from '../harness.ts'
import { anAttempt, append, counted, hour0, hourMs, query, type LedgerContext } from './scene.ts'

export function forgettingSuite({ open, ledger }: LedgerContext): void {
  describe('what is forgotten', () => {
    test('expungeContent forgets what went over the wire, and keeps the rest', async () => {
      const app = unique('app')
      const attempt = anAttempt({ app, channels: ['eu'], error: { code: 'timeout', message: 'no answer' } })
      append(ledger(), [attempt])
      expect(await ledger().expungeContent(app, attempt.id)).toBe(true)
      expect(await ledger().attempt(app, attempt.id)).toEqual({
        ...attempt,
        request: null,
        response: { headers: [], body: 'EXPUNGED', truncated: false },
      })
      expect(await ledger().expungeContent(app, newId('atmpt', t0))).toBe(false)
      expect(await ledger().expungeContent(unique('app'), attempt.id)).toBe(false)
    })

    test('hideOldHeaders changes nothing that this version logged', async () => {
      const { ledger: own } = (await open()).store
      const request = { method: 'POST', headers: [['x-own', 'in clear']] } as const
      const attempt = anAttempt({ request })
      append(own, [attempt])
      expect(await own.hideOldHeaders([], 10)).toBe(false)
      expect(await own.attempt(attempt.app, attempt.id)).toMatchObject({ request })
    })

    test('sweep forgets the oldest attempts, "limit" at a time, and says whether there are more', async () => {
      const { ledger: own } = (await open()).store
      append(
        own,
        Array.from({ length: 25 }, (_, index) => anAttempt({ startedAt: t0 + index })),
      )
      await own.settled()
      const left: number[] = []
      for (;;) {
        const more = await own.sweep(t0 + 22, 10)
        left.push((await own.attempts(query('app_1'))).length)
        if (!more || left.length > 9) break
      }
      expect(left).toEqual([15, 5, 3])
      expect((await own.attempts(query('app_1'))).map(({ startedAt }) => startedAt - t0)).toEqual([22, 23, 24])
    })

    test('totals are what is left after every step of a sweep, also within an hour', async () => {
      const subject = await open()
      const own = subject.store.ledger
      const results = ['success', 'failed', 'cancelled', 'interrupted'] as const
      const all = Array.from({ length: 40 }, (_, index) =>
        anAttempt({
          startedAt: hour0 + index * (hourMs / 8),
          result: results[index % results.length]!,
          endpoint: `ep_${index % 3}`,
        }),
      )
      append(own, all)
      await own.settled()
      for (let more = true, steps = 0; more; steps++) {
        more = await own.sweep(hour0 + 4.5 * hourMs, 7)
        for (const endpoint of [null, 'ep_0', 'ep_1', 'ep_2']) {
          const q = query('app_1', { endpoint })
          expect(await own.summary(q)).toEqual(counted(await own.attempts(q)))
        }
        expect(steps).toBeLessThan(9)
      }
      expect(await own.summary(query('app_1'))).toEqual(counted(all.slice(36)))
      // Attempts that come late for an hour that was swept are counted as well.
      append(own, [anAttempt({ startedAt: hour0, endpoint: 'ep_0' })])
      await own.settled()
      expect((await own.summary(query('app_1'))).total).toBe(5)
    })
  })
}
