import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import type { AttemptResult } from '../../../model.ts'
import type { AttemptQuery } from '../../ledger.ts'
import { newId, oddTexts, t0, unique } from '../harness.ts'
import {
  anAttempt,
  append,
  counted,
  hour0,
  hourMs,
  matching,
  newest,
  page,
  query,
  type LedgerContext,
} from './scene.ts'

export function queriesSuite({ ledger }: LedgerContext): void {
  describe('what it answers', () => {
    const app = unique('app')
    const stranger = unique('app')
    const endpoints = [unique('ep'), unique('ep'), unique('ep')] as const
    const messages = Array.from({ length: 7 }, (_, index) => newId('msg', t0 + index))
    const results: readonly AttemptResult[] = [
      'success',
      'failed',
      'exhausted',
      'interrupted',
      'cancelled',
      'quarantined',
    ]
    const codes = [0, 200, 204, 299, 301, 410, 429, 500, 503, 599]
    const types = ['a.b', 'a', 'b']
    const texts = ['x', 'y', ...oddTexts]
    /** One of a list: the same for the same number, without a pattern over the numbers. */
    const pick = <T>(list: readonly T[], number: number): T =>
      list[(Math.imul(number + 1, 0x9e3779b1) >>> 9) % list.length] as T
    /** Times at, before and after whole hours among them. */
    const times = [hour0 - 1, hour0, hour0 + 1, hour0 + hourMs - 1, hour0 + hourMs, hour0 + 2 * hourMs + 7]
    const all = Array.from({ length: 120 }, (_, index) =>
      anAttempt({
        app: index % 9 === 8 ? stranger : app,
        // An endpoint is one application's.
        endpoint: index % 9 === 8 ? unique('ep') : pick(endpoints, index),
        message: pick(messages, index + 100),
        eventType: pick(types, index + 200),
        result: pick(results, index + 300),
        code: pick(codes, index + 400),
        channels: index % 3 === 0 ? null : [pick(texts, index + 500), pick(texts, index + 600)],
        tags: index % 4 === 0 ? null : [pick(texts, index + 700)],
        startedAt: pick(times, index + 800),
        attempt: index + 1,
      }),
    )

    beforeAll(async () => {
      // In several groups, so that totals are added up.
      for (let from = 0; from < all.length; from += 20) {
        append(ledger(), all.slice(from, from + 20))
        await ledger().settled()
      }
    })

    const filters: readonly Partial<AttemptQuery>[] = [
      { endpoint: endpoints[0] },
      { endpoint: 'ep_none' },
      { message: pick(messages, 3) },
      { eventTypes: ['a'] },
      { eventTypes: ['a', 'a.b'] },
      { results: ['success'] },
      { results: ['failed', 'exhausted', 'quarantined'] },
      { code: 0 },
      { code: 503 },
      { codeClass: 0 },
      { codeClass: 2 },
      { codeClass: 5 },
      ...['x', ...oddTexts.slice(0, 5)].flatMap((text) => [{ channel: text }, { tag: text }]),
      { after: hour0 },
      { after: hour0 + 1 },
      { before: hour0 },
      { before: hour0 + hourMs },
      { after: hour0, before: hour0 + hourMs },
    ]

    test('every filter alone finds something, but the one of an endpoint that is not there', () => {
      const empty = filters.filter((filter) => matching(all, query(app, filter)).length === 0)
      expect(empty).toEqual([{ endpoint: 'ep_none' }])
    })

    test('attempts and totals: every filter alone and every pair, as the same filters over an array', async () => {
      for (const [index, one] of filters.entries())
        for (const other of filters.slice(index)) {
          const q = query(app, { ...one, ...other })
          const rows = matching(all, q)
          expect(await ledger().attempts(q), JSON.stringify(q)).toEqual(page(rows, ({ id }) => id, q))
          expect(await ledger().summary(q), JSON.stringify(q)).toEqual(counted(rows))
        }
    })

    test('totals: what counts as failed is every result but success', async () => {
      for (const result of results) {
        const own = unique('app')
        append(ledger(), [anAttempt({ app: own, result })])
        const one = result === 'success' ? { total: 1, success: 1, failed: 0 } : { total: 1, success: 0, failed: 1 }
        expect(await ledger().summary(query(own)), result).toEqual(one)
        expect(await ledger().summary(query(own, { results: [result] })), result).toEqual(one)
      }
    })

    const anyQuery = fc.record({
      endpoint: fc.option(fc.constantFrom(...endpoints)),
      message: fc.option(fc.constantFrom(...messages), { freq: 1 }),
      eventTypes: fc.option(fc.uniqueArray(fc.constantFrom(...types), { minLength: 1 })),
      results: fc.option(fc.uniqueArray(fc.constantFrom(...results), { minLength: 1 })),
      code: fc.option(fc.constantFrom(...codes), { freq: 1 }),
      codeClass: fc.option(fc.integer({ min: 0, max: 5 }), { freq: 1 }),
      after: fc.option(fc.constantFrom(...times)),
      before: fc.option(fc.constantFrom(...times)),
      order: fc.constantFrom('ascending', 'descending'),
      limit: fc.integer({ min: 1, max: 40 }),
    })

    test('attempts: any filters, order, cursor and limit', async () => {
      const cursor = fc.option(fc.constantFrom(...all.map(({ id }) => id), 'atmpt_', 'atmpt_zzz'))
      await fc.assert(
        fc.asyncProperty(anyQuery, cursor, async (fields, at) => {
          const q = query(app, { ...fields, cursor: at })
          expect(await ledger().attempts(q)).toEqual(page(matching(all, { ...q, cursor: null }), ({ id }) => id, q))
        }),
      )
    })

    test('attemptedMessages: the newest matching attempt of each message, by message', async () => {
      const cursor = fc.option(fc.constantFrom(...messages, 'msg_', 'msg_zzz'))
      await fc.assert(
        fc.asyncProperty(anyQuery, cursor, async (fields, at) => {
          const q = query(app, { ...fields, cursor: at })
          const rows = newest(matching(all, q), ({ message }) => message)
          expect(await ledger().attemptedMessages(q)).toEqual(page(rows, ({ message }) => message, q))
        }),
      )
    })

    test('totals of whole hours are what counting gives, of an application and of an endpoint', async () => {
      const hour = fc.option(fc.integer({ min: -2, max: 4 }).map((hours) => hour0 + hours * hourMs))
      await fc.assert(
        fc.asyncProperty(hour, hour, fc.option(fc.constantFrom(...endpoints)), async (after, before, endpoint) => {
          const q = query(app, { after, before, endpoint })
          const rows = counted(matching(all, q))
          expect(await ledger().summary(q)).toEqual(rows)
          // Another filter makes it count rows: both ways must agree.
          expect(await ledger().summary({ ...q, eventTypes: types })).toEqual(rows)
        }),
      )
    })

    test('latest: the newest attempt of each endpoint of a message, and how many there were', async () => {
      for (const message of messages) {
        const rows = all.filter((row) => row.app === app && row.message === message)
        const expected = newest(rows, ({ endpoint }) => endpoint).map((attempt) => ({
          endpoint: attempt.endpoint,
          count: rows.filter(({ endpoint }) => endpoint === attempt.endpoint).length,
          attempt,
        }))
        const found = await ledger().latest(app, message)
        expect(found.toSorted((a, b) => (a.endpoint < b.endpoint ? -1 : 1))).toEqual(
          expected.toSorted((a, b) => (a.endpoint < b.endpoint ? -1 : 1)),
        )
      }
    })

    test('failedMessages: those whose last attempt since then was the last of its schedule', async () => {
      const failed = (endpoint: string, since: number, until: number): { message: string; attempt: number }[] =>
        newest(
          all.filter((row) => row.app === app && row.endpoint === endpoint && row.startedAt >= since),
          ({ message }) => message,
        )
          .filter(({ result, startedAt }) => result === 'exhausted' && startedAt < until)
          .toSorted((a, b) => (a.message < b.message ? -1 : 1))
          .map(({ message, attempt }) => ({ message, attempt }))
      let found = 0
      for (const endpoint of endpoints)
        for (const since of times)
          for (const until of [...times, hour0 + 9 * hourMs]) {
            const expected = failed(endpoint, since, until)
            found += expected.length
            const bounds = { app, endpoint, since, until }
            expect(await ledger().failedMessages({ ...bounds, cursor: null, limit: 100 })).toEqual(expected)
            expect(await ledger().failedMessages({ ...bounds, cursor: null, limit: 1 })).toEqual(expected.slice(0, 1))
            const cursor = expected[0]?.message ?? pick(messages, 0)
            const rest = expected.filter(({ message }) => message > cursor)
            expect(await ledger().failedMessages({ ...bounds, cursor, limit: 100 })).toEqual(rest)
          }
      expect(found).toBeGreaterThan(20)
    })

    test('endings: how many messages ended how in their newest attempt, where that was in the range', async () => {
      for (const endpoint of endpoints)
        for (const after of [null, ...times])
          for (const before of [null, ...times]) {
            const ofMessages = newest(
              all.filter((row) => row.app === app && row.endpoint === endpoint),
              ({ message }) => message,
            ).filter(({ startedAt }) => startedAt >= (after ?? 0) && startedAt < (before ?? Infinity))
            const expected: Record<string, number> = {}
            for (const { result } of ofMessages) expected[result] = (expected[result] ?? 0) + 1
            expect(await ledger().endings({ app, endpoint, after, before, except: [] })).toEqual(expected)
            const none = await ledger().endings({ app, endpoint, after, before, except: messages })
            expect(none).toEqual({})
          }
    })

    test('another application sees nothing of it', async () => {
      for (const { id } of all.filter((row) => row.app === app)) expect(await ledger().attempt(stranger, id)).toBeNull()
      expect(await ledger().latest(unique('app'), pick(messages, 0))).toEqual([])
      expect(await ledger().summary(query(unique('app')))).toEqual({ total: 0, success: 0, failed: 0 })
    })

    test('K3: odd ids find nothing and break nothing', async () => {
      for (const odd of oddTexts) {
        expect(await ledger().attempt(app, odd)).toBeNull()
        expect(await ledger().latest(app, odd)).toEqual([])
        for (const field of ['endpoint', 'message', 'cursor'] as const)
          expect((await ledger().attempts(query(app, { [field]: odd }))).length).toBe(
            field === 'cursor' ? matching(all, query(app)).filter(({ id }) => id > odd).length : 0,
          )
      }
    })
  })
}
