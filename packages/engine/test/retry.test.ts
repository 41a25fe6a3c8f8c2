import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { retryAfterMs, verdictOf } from '../src/transport/http/verdict.ts'
import { decide, type Decision } from '../src/pipeline/retry.ts'
import type { Outcome } from '../src/transport/transport.ts'

const now = Date.parse('2026-11-20T12:00:00Z')
const hourMs = 3_600_000
const timings = { dnsMs: null, connectMs: null, firstByteMs: null, totalMs: 1 }

function answered(status: number, headers: readonly (readonly [string, string])[] = []): Outcome {
  const response = { code: status, headers, body: new Uint8Array(), bodyTruncated: false }
  return { ...verdictOf(status, headers, now), response, timings, remoteAddress: null }
}

const unanswered: Outcome = {
  kind: 'unknown',
  error: { code: 'timeout', message: 'no answer' },
  maybeSent: true,
  timings,
  remoteAddress: null,
}

function decided(
  outcome: Outcome,
  more: { failures?: number; schedule?: number[]; terminalCodes?: number[]; random?: number } = {},
): Decision {
  return decide({ outcome, failures: 0, schedule: [10, 300], terminalCodes: [], random: 0.5, ...more })
}

describe('what an outcome means', () => {
  test.each([200, 201, 204, 299])('a %i is a success and ends it', (status) => {
    expect(decided(answered(status))).toMatchObject({ result: 'success', retryInMs: null, gone: false })
  })

  test('a code that the policy calls terminal is the last attempt, and others are not', () => {
    const terminalCodes = [400]
    expect(decided(answered(400), { terminalCodes })).toMatchObject({
      result: 'exhausted',
      retryInMs: null,
      gone: false,
    })
    expect(decided(answered(401), { terminalCodes })).toMatchObject({ result: 'failed' })
    expect(decided(unanswered, { terminalCodes })).toMatchObject({ result: 'failed' })
  })

  test.each([100, 199, 300, 301, 400, 404, 429, 500, 503])('a %i is a failure and is tried again', (status) => {
    expect(decided(answered(status))).toMatchObject({ result: 'failed', retryInMs: 10_000, gone: false })
  })

  test('no answer is a failure and is tried again', () => {
    expect(decided(unanswered)).toMatchObject({ result: 'failed', retryInMs: 10_000, gone: false })
  })

  test('the failures before index the schedule', () => {
    expect(decided(unanswered, { failures: 1 }).retryInMs).toBe(300_000)
  })

  test('after the last wait of the schedule it is exhausted', () => {
    expect(decided(unanswered, { failures: 2 })).toMatchObject({ result: 'exhausted', retryInMs: null, gone: false })
    expect(decided(unanswered, { schedule: [] })).toMatchObject({ result: 'exhausted', retryInMs: null, gone: false })
  })

  test('C8: a 410 says that the receiver is gone, with or without a wait left', () => {
    expect(decided(answered(410))).toMatchObject({ result: 'failed', retryInMs: 10_000, gone: true })
    expect(decided(answered(410), { failures: 2 })).toMatchObject({ result: 'exhausted', retryInMs: null, gone: true })
  })

  test('every wait of a schedule is used once, then it is over', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 604_800 }), { maxLength: 50 }), (schedule) => {
        const results = Array.from({ length: schedule.length + 1 }, (_, failures) =>
          decided(unanswered, { schedule, failures }),
        )
        expect(results.map(({ retryInMs }) => retryInMs)).toEqual([...schedule.map((wait) => wait * 1000), null])
        expect(results.at(-1)?.result).toBe('exhausted')
      }),
    )
  })
})

describe('C9: Retry-After on 429 and 503', () => {
  const header = (...values: string[]): Outcome =>
    answered(
      429,
      values.map((value) => ['Retry-After', value] as const),
    )
  const base = 10_000
  /** What is ignored leaves the base and its spread; what is honoured is not spread, so the two can be told apart. */
  const junk = 8000
  const random = 0

  test.each<[title: string, values: string[], waitMs: number]>([
    ['0 waits the base', ['0'], base],
    ['5 is shorter than the base and waits the base', ['5'], base],
    ['60 is honoured to the millisecond', ['60'], 60_000],
    ['10^9 waits the most, an hour', ['1000000000'], hourMs],
    ['-1 is junk', ['-1'], junk],
    ['a fraction is junk', ['1.5'], junk],
    ['"abc" is junk', ['abc'], junk],
    ['"abc 1", which Date.parse takes for a date, is junk', ['abc 1'], junk],
    ['an ISO date is junk', ['2026-11-20T12:05:00Z'], junk],
    ['nothing is junk', [''], junk],
    ['an HTTP date is honoured', ['Fri, 20 Nov 2026 12:05:00 GMT'], 300_000],
    ['the form of RFC 850 is honoured', ['Friday, 20-Nov-26 12:05:00 GMT'], 300_000],
    ['the form of asctime is honoured', ['Fri Nov 20 12:05:00 2026'], 300_000],
    ['asctime with a day of one digit', ['Tue Dec  1 12:00:00 2026'], hourMs],
    ['a two-digit year far ahead is of the century before', ['Friday, 20-Nov-99 12:05:00 GMT'], junk],
    ['a name of the day in the wrong form is junk', ['Friday, 20 Nov 2026 12:05:00 GMT'], junk],
    ['a day that the month does not have is junk', ['Mon, 31 Feb 2027 12:05:00 GMT'], junk],
    ['another zone is junk', ['Fri, 20 Nov 2026 12:05:00 CET'], junk],
    ['20 digits wait the most', ['10000000000000000000'], hourMs],
    ['an HTTP date that is past is ignored', ['Fri, 20 Nov 2026 11:55:00 GMT'], junk],
    ['an HTTP date far away waits the most', ['Sat, 20 Nov 2027 12:00:00 GMT'], hourMs],
    ['an HTTP date that does not exist is junk', ['Fri, 99 Xxx 2026 12:05:00 GMT'], junk],
    ['two equal ones are one', ['60', '60'], 60_000],
    ['two different ones are junk', ['60', '120'], junk],
    ['white space around it does not matter', ['  60\t'], 60_000],
  ])('%s', (_title, values, waitMs) => {
    expect(decided(header(...values), { random }).retryInMs).toBe(waitMs)
  })

  test('the name of the header may be in any case', () => {
    expect(retryAfterMs([['rEtRy-AfTeR', '7']], now)).toBe(7000)
  })

  test('a base above half an hour may be doubled', () => {
    expect(decided(header('1000000000'), { schedule: [36_000] }).retryInMs).toBe(72_000_000)
  })

  test('only 429 and 503 may ask for a wait', () => {
    const asks = (status: number): number | null => decided(answered(status, [['retry-after', '60']])).retryInMs
    expect([429, 503].map(asks)).toEqual([60_000, 60_000])
    expect([400, 500, 502, 301].map(asks)).toEqual([base, base, base, base])
  })

  test('whatever the header says, the wait stays within [base less the spread, the larger of twice the base and an hour]', () => {
    const value = fc.oneof(
      fc.string(),
      fc.integer().map(String),
      fc.date({ noInvalidDate: true }).map((date) => date.toUTCString()),
    )
    fc.assert(
      fc.property(
        fc.array(value, { maxLength: 3 }),
        fc.integer({ min: 1, max: 604_800 }),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (values, wait, random) => {
          const retryInMs = decided(header(...values), { schedule: [wait], random }).retryInMs ?? -1
          expect(retryInMs).toBeGreaterThanOrEqual(wait * 800)
          expect(retryInMs).toBeLessThanOrEqual(Math.max(2 * wait * 1000, hourMs))
        },
      ),
    )
  })
})

describe('M5: the spread', () => {
  test('a wait is spread by 20 % to both sides, in whole milliseconds', () => {
    expect(decided(unanswered, { random: 0 }).retryInMs).toBe(8000)
    expect(decided(unanswered, { random: 1 - Number.EPSILON }).retryInMs).toBe(12_000)
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (random) => {
        const { retryInMs } = decided(unanswered, { failures: 1, random })
        expect(Number.isInteger(retryInMs)).toBe(true)
        expect(retryInMs).toBeGreaterThanOrEqual(240_000)
        expect(retryInMs).toBeLessThanOrEqual(360_000)
      }),
    )
  })

  test('100,000 deliveries that failed together come back apart: no second has three times its share', () => {
    const count = 100_000
    const seconds = new Map<number, number>()
    // A seeded generator (Mulberry32), so that a failure can be repeated.
    let seed = 20_261_120
    const random = (): number => {
      seed = (seed + 0x6d2b79f5) | 0
      let mixed = Math.imul(seed ^ (seed >>> 15), 1 | seed)
      mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
      return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
    }
    for (let index = 0; index < count; index += 1) {
      const second = Math.floor((decided(unanswered, { failures: 1, random: random() }).retryInMs ?? 0) / 1000)
      seconds.set(second, (seconds.get(second) ?? 0) + 1)
    }
    const mean = count / seconds.size
    expect(seconds.size).toBeGreaterThanOrEqual(120)
    expect(Math.max(...seconds.values())).toBeLessThanOrEqual(3 * mean)
  })
})
