import { describe, expect, test } from 'vitest'
import { oddTexts, t0, unique } from '../harness.ts'
import { anAttempt, append, hour0, query, nextSeq, type LedgerContext } from './scene.ts'

export function appendSuite({ open, ledger, shared }: LedgerContext): void {
  describe('append', () => {
    test('keeps an attempt as it came, and a read sees what was appended before it asked', async () => {
      const app = unique('app')
      const full = anAttempt({
        app,
        channels: ['eu'],
        tags: [...oddTexts],
        result: 'failed',
        trigger: 'manual',
        code: 503,
        nextAttemptAt: t0 + 5,
        response: { headers: [['a', '1']], body: oddTexts.join('\n'), truncated: true },
      })
      const bare = anAttempt({
        app,
        code: 0,
        error: { code: 'timeout', message: 'no answer' },
        request: null,
        response: null,
        remoteAddress: null,
      })
      for (const attempt of [full, bare]) {
        append(ledger(), [attempt])
        expect(await ledger().attempt(app, attempt.id)).toEqual(attempt)
      }
    })

    test('of the same number again changes nothing: the ledger may catch up twice', async () => {
      const app = unique('app')
      const entries = [1, 2, 3].map(() => ({ seq: nextSeq(), attempt: anAttempt({ app, startedAt: hour0 }) }))
      for (const entry of entries) ledger().append(entry)
      await ledger().settled()
      const before = await shared().dump()
      for (const entry of entries) ledger().append(entry)
      await ledger().settled()
      expect(await shared().dump()).toEqual(before)
      expect(await ledger().summary(query(app))).toEqual({ total: 3, success: 3, failed: 0 })
    })

    test('of one that cannot be written does not touch its neighbours, nor their totals', async () => {
      const app = unique('app')
      const half = anAttempt({ app, durationMs: 0.5 })
      append(ledger(), [anAttempt({ app }), anAttempt({ app }), half, anAttempt({ app, result: 'exhausted' })])
      await ledger().settled()
      expect((await ledger().attempts(query(app))).length).toBe(3)
      expect(await ledger().summary(query(app))).toEqual({ total: 3, success: 2, failed: 1 })
    })

    test('settles when everything appended so far is readable, and at once when there is nothing', async () => {
      const app = unique('app')
      await ledger().settled()
      append(
        ledger(),
        Array.from({ length: 500 }, () => anAttempt({ app })),
      )
      await ledger().settled()
      expect((await ledger().attempts(query(app))).length).toBe(500)
      await ledger().settled()
    })

    test('is on disk when the store closed, with the highest number', async () => {
      const subject = await open()
      expect(await subject.store.ledger.highWater()).toBe(0)
      const attempt = anAttempt()
      subject.store.ledger.append({ seq: 7, attempt: anAttempt() })
      subject.store.ledger.append({ seq: 9, attempt })
      subject.store.ledger.append({ seq: 8, attempt: anAttempt() })
      const after = (await subject.reopen()).store.ledger
      expect(await after.highWater()).toBe(9)
      expect(await after.attempt('app_1', attempt.id)).toEqual(attempt)
      // An older one that comes late does not lower it.
      after.append({ seq: 3, attempt: anAttempt() })
      await after.settled()
      expect(await after.highWater()).toBe(9)
    })
  })

  test('what was appended together with many reads is seen by each that came after it', async () => {
    const app = unique('app')
    const reads = Array.from({ length: 30 }, (_, index) => {
      append(ledger(), [anAttempt({ app })])
      return ledger()
        .attempts(query(app))
        .then((rows) => expect(rows.length).toBeGreaterThanOrEqual(index + 1))
    })
    await Promise.all(reads)
  })
}
