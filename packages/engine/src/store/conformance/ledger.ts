/**
 * What every ledger does, whatever database is under it. A store engine passes by wiring this up with a harness of one
 * method; see `harness.ts`.
 */
import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import type { Attempt, AttemptResult } from '../../model.ts'
import type { AttemptQuery, Ledger } from '../ledger.ts'
import { newId, oddTexts, subjects, t0, unique, type StoreHarness, type Subject } from './harness.ts'

const hourMs = 3_600_000
/** A whole hour. */
const hour0 = Math.ceil(t0 / hourMs) * hourMs

let lastSeq = 0

function anAttempt(fields: Partial<Attempt> = {}): Attempt {
  const startedAt = fields.startedAt ?? t0
  return {
    id: newId('atmpt', startedAt),
    org: 'org_1',
    app: 'app_1',
    requestId: 'seen by the receiver',
    message: newId('msg', startedAt),
    eventType: 'invoice.paid',
    channels: null,
    tags: null,
    endpoint: 'ep_1',
    url: 'https://example.com/hook',
    attempt: 1,
    batch: null,
    result: 'success',
    trigger: 'scheduled',
    code: 200,
    error: null,
    startedAt,
    durationMs: 20,
    nextAttemptAt: null,
    request: { method: 'POST', headers: [['content-type', 'application/json']] },
    response: { headers: [['server', 'x']], body: 'ok', truncated: false },
    remoteAddress: '192.0.2.1',
    ...fields,
  }
}

function append(ledger: Ledger, attempts: readonly Attempt[]): void {
  for (const attempt of attempts) ledger.append({ seq: ++lastSeq, attempt })
}

function query(app: string, fields: Partial<AttemptQuery> = {}): AttemptQuery {
  return {
    app,
    endpoint: null,
    message: null,
    eventTypes: null,
    results: null,
    code: null,
    codeClass: null,
    channel: null,
    tag: null,
    after: null,
    before: null,
    cursor: null,
    order: 'ascending',
    limit: 1000,
    ...fields,
  }
}

/** The filters of a query, one by one, over an array: what a reader has to answer. */
function matching(all: readonly Attempt[], q: AttemptQuery): Attempt[] {
  return all
    .filter(({ app }) => app === q.app)
    .filter(({ endpoint }) => q.endpoint === null || endpoint === q.endpoint)
    .filter(({ message }) => q.message === null || message === q.message)
    .filter(({ eventType }) => q.eventTypes === null || q.eventTypes.includes(eventType))
    .filter(({ result }) => q.results === null || q.results.includes(result))
    .filter(({ code }) => q.code === null || code === q.code)
    .filter(({ code }) => q.codeClass === null || Math.floor(code / 100) === q.codeClass)
    .filter(({ channels }) => q.channel === null || (channels ?? []).includes(q.channel))
    .filter(({ tags }) => q.tag === null || (tags ?? []).includes(q.tag))
    .filter(({ startedAt }) => q.after === null || startedAt >= q.after)
    .filter(({ startedAt }) => q.before === null || startedAt < q.before)
}

function page<T>(rows: readonly T[], key: (row: T) => string, q: AttemptQuery): T[] {
  const up = q.order === 'ascending'
  return rows
    .filter((row) => q.cursor === null || (up ? key(row) > q.cursor : key(row) < q.cursor))
    .toSorted((a, b) => (key(a) < key(b) === up ? -1 : 1))
    .slice(0, q.limit)
}

function counted(rows: readonly Attempt[]): { total: number; success: number; failed: number } {
  const success = rows.filter(({ result }) => result === 'success').length
  return { total: rows.length, success, failed: rows.length - success }
}

/** The newest of each group, by the order in which they were appended. */
function newest(rows: readonly Attempt[], groupOf: (row: Attempt) => string): Attempt[] {
  return [...new Map(rows.map((row) => [groupOf(row), row])).values()]
}

export function ledgerSuite(name: string, harness: StoreHarness): void {
  describe(`${name}: the ledger suite`, () => {
    const { open, shared: openShared } = subjects(harness)
    /** One database for all tests that keep to an application of their own. */
    let shared: Subject
    let ledger: Ledger
    beforeAll(async () => {
      shared = await openShared()
      ledger = shared.store.ledger
    })

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
          append(ledger, [attempt])
          expect(await ledger.attempt(app, attempt.id)).toEqual(attempt)
        }
      })

      test('of the same number again changes nothing: the ledger may catch up twice', async () => {
        const app = unique('app')
        const entries = [1, 2, 3].map(() => ({ seq: ++lastSeq, attempt: anAttempt({ app, startedAt: hour0 }) }))
        for (const entry of entries) ledger.append(entry)
        await ledger.settled()
        const before = await shared.dump()
        for (const entry of entries) ledger.append(entry)
        await ledger.settled()
        expect(await shared.dump()).toEqual(before)
        expect(await ledger.summary(query(app))).toEqual({ total: 3, success: 3, failed: 0 })
      })

      test('of one that cannot be written does not touch its neighbours, nor their totals', async () => {
        const app = unique('app')
        const half = anAttempt({ app, durationMs: 0.5 })
        append(ledger, [anAttempt({ app }), anAttempt({ app }), half, anAttempt({ app, result: 'exhausted' })])
        await ledger.settled()
        expect((await ledger.attempts(query(app))).length).toBe(3)
        expect(await ledger.summary(query(app))).toEqual({ total: 3, success: 2, failed: 1 })
      })

      test('settles when everything appended so far is readable, and at once when there is nothing', async () => {
        const app = unique('app')
        await ledger.settled()
        append(
          ledger,
          Array.from({ length: 500 }, () => anAttempt({ app })),
        )
        await ledger.settled()
        expect((await ledger.attempts(query(app))).length).toBe(500)
        await ledger.settled()
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
          append(ledger, all.slice(from, from + 20))
          await ledger.settled()
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
            expect(await ledger.attempts(q), JSON.stringify(q)).toEqual(page(rows, ({ id }) => id, q))
            expect(await ledger.summary(q), JSON.stringify(q)).toEqual(counted(rows))
          }
      })

      test('totals: what counts as failed is every result but success', async () => {
        for (const result of results) {
          const own = unique('app')
          append(ledger, [anAttempt({ app: own, result })])
          const one = result === 'success' ? { total: 1, success: 1, failed: 0 } : { total: 1, success: 0, failed: 1 }
          expect(await ledger.summary(query(own)), result).toEqual(one)
          expect(await ledger.summary(query(own, { results: [result] })), result).toEqual(one)
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
            expect(await ledger.attempts(q)).toEqual(page(matching(all, { ...q, cursor: null }), ({ id }) => id, q))
          }),
        )
      })

      test('attemptedMessages: the newest matching attempt of each message, by message', async () => {
        const cursor = fc.option(fc.constantFrom(...messages, 'msg_', 'msg_zzz'))
        await fc.assert(
          fc.asyncProperty(anyQuery, cursor, async (fields, at) => {
            const q = query(app, { ...fields, cursor: at })
            const rows = newest(matching(all, q), ({ message }) => message)
            expect(await ledger.attemptedMessages(q)).toEqual(page(rows, ({ message }) => message, q))
          }),
        )
      })

      test('totals of whole hours are what counting gives, of an application and of an endpoint', async () => {
        const hour = fc.option(fc.integer({ min: -2, max: 4 }).map((hours) => hour0 + hours * hourMs))
        await fc.assert(
          fc.asyncProperty(hour, hour, fc.option(fc.constantFrom(...endpoints)), async (after, before, endpoint) => {
            const q = query(app, { after, before, endpoint })
            const rows = counted(matching(all, q))
            expect(await ledger.summary(q)).toEqual(rows)
            // Another filter makes it count rows: both ways must agree.
            expect(await ledger.summary({ ...q, eventTypes: types })).toEqual(rows)
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
          const found = await ledger.latest(app, message)
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
              expect(await ledger.failedMessages({ ...bounds, cursor: null, limit: 100 })).toEqual(expected)
              expect(await ledger.failedMessages({ ...bounds, cursor: null, limit: 1 })).toEqual(expected.slice(0, 1))
              const cursor = expected[0]?.message ?? pick(messages, 0)
              const rest = expected.filter(({ message }) => message > cursor)
              expect(await ledger.failedMessages({ ...bounds, cursor, limit: 100 })).toEqual(rest)
            }
        expect(found).toBeGreaterThan(20)
      })

      test('another application sees nothing of it', async () => {
        for (const { id } of all.filter((row) => row.app === app)) expect(await ledger.attempt(stranger, id)).toBeNull()
        expect(await ledger.latest(unique('app'), pick(messages, 0))).toEqual([])
        expect(await ledger.summary(query(unique('app')))).toEqual({ total: 0, success: 0, failed: 0 })
      })

      test('K3: odd ids find nothing and break nothing', async () => {
        for (const odd of oddTexts) {
          expect(await ledger.attempt(app, odd)).toBeNull()
          expect(await ledger.latest(app, odd)).toEqual([])
          for (const field of ['endpoint', 'message', 'cursor'] as const)
            expect((await ledger.attempts(query(app, { [field]: odd }))).length).toBe(
              field === 'cursor' ? matching(all, query(app)).filter(({ id }) => id > odd).length : 0,
            )
        }
      })
    })

    describe('what is forgotten', () => {
      test('expungeContent forgets what went over the wire, and keeps the rest', async () => {
        const app = unique('app')
        const attempt = anAttempt({ app, channels: ['eu'], error: { code: 'timeout', message: 'no answer' } })
        append(ledger, [attempt])
        expect(await ledger.expungeContent(app, attempt.id)).toBe(true)
        expect(await ledger.attempt(app, attempt.id)).toEqual({ ...attempt, request: null, response: null })
        expect(await ledger.expungeContent(app, newId('atmpt', t0))).toBe(false)
        expect(await ledger.expungeContent(unique('app'), attempt.id)).toBe(false)
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

    test('what was appended together with many reads is seen by each that came after it', async () => {
      const app = unique('app')
      const reads = Array.from({ length: 30 }, (_, index) => {
        append(ledger, [anAttempt({ app })])
        return ledger.attempts(query(app)).then((rows) => expect(rows.length).toBeGreaterThanOrEqual(index + 1))
      })
      await Promise.all(reads)
    })
  })
}
