import { describe, expect, test } from 'vitest'
import { fault } from './key-change.ts'

describe('a key change', () => {
  const change = { old: 'old', next: 'next', signsFrom: 10_000 }
  const sent = (at: number, code = 200) => ({ at, path: '/a', signature: `s${at}`, code, events: ['x'] })
  const got = (at: number, key: string, answered = 200) => ({
    at: '2024-01-05T09:30:00.010Z',
    path: '/a',
    signature: `s${at}`,
    answered,
    key,
    events: [{ type: 'x', message: '' }],
  })
  const before = got(9000, 'old')
  const after = got(11_000, 'next')

  test.each([
    ['as it was stated', [sent(9000), sent(11_000)], [before, after], null],
    ['within a moment of the switch', [sent(9000), sent(9999)], [before, got(9999, 'next')], null],
    ['too early', [sent(9000), sent(11_000)], [got(9000, 'next'), got(11_000, 'old')], /9\.000Z .* with the key next/],
    ['too late', [sent(9000), sent(11_000)], [before, got(11_000, 'old')], /11\.000Z .* with the key old/],
    ['refused', [sent(9000, 401), sent(11_000)], [got(9000, 'old', 401), after], /answered 401/],
    ['lost', [sent(9000), sent(11_000)], [after], /did not arrive/],
    ['with other events', [{ ...sent(9000), events: ['x', 'y'] }], [before], /had x,y in it, and arrived with x/],
    ['without a change', [sent(9000)], [before], /Nothing was signed with the key next/],
  ])('%s', (_, requests, received, sentence) => {
    const wrong = fault(change, requests, received)
    if (sentence === null) expect(wrong).toBeNull()
    else expect(wrong).toMatch(sentence)
  })
})
