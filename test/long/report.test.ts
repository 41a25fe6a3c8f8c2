import { expect, test } from 'vitest'
import type { Proof } from './proof.ts'
import { report, spanOf } from './report.ts'
import { spanMs } from './span.ts'

const kills: Proof = {
  name: 'kills',
  title: 'kill -9 under load',
  share: 1,
  columns: ['kills', 'messages'],
  run: () => Promise.reject(new Error('not run here')),
}

test('the report has date, commit, machine, command and a row with a cell for each column', () => {
  const ran = [{ proof: kills, cells: ['10', '1,200'], violations: ['I1: n7 is lost'], tookMs: 61_400 }]
  const text = report(ran, 'npm run proof:long -- --for 1m', new Date('2026-11-28T12:00:00Z'))
  expect(text).toMatch(/^### Long proofs, 2026-11-28$/m)
  expect(text).toMatch(/^`npm run proof:long -- --for 1m` at commit .+, on \d+ x .+, Node \d+\.\d+\.\d+, /m)
  expect(text).toContain(
    [
      '| kills | messages | time | broken promises |',
      '| ---: | ---: | ---: | ---: |',
      '| 10 | 1,200 | 1 min 1 s | 1 |',
    ].join('\n'),
  )
  expect(text).toMatch(/^- kills: I1: n7 is lost$/m)
})

test.each([
  ['90s', 90_000],
  ['10m', 600_000],
  ['2h', 7_200_000],
  ['0s', null],
  ['2 h', null],
  ['2', null],
  ['', null],
])('the duration %j is %j ms', (text, ms) => {
  expect(spanMs(text)).toBe(ms)
})

test.each([
  [41_000, '41 s'],
  [200_000, '3 min 20 s'],
  [7_500_000, '2 h 5 min'],
])('%i ms are told as %s', (ms, text) => {
  expect(spanOf(ms)).toBe(text)
})
