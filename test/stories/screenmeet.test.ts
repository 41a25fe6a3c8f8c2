import { describe, expect, test } from 'vitest'
import { fault } from '../../examples/screenmeet/key-change.ts'
import { story, tell } from './support.ts'

story('screenmeet: a session goes on while the signing key is reset', null, async () => {
  const { output, code } = await tell('screenmeet')
  expect(output).toMatch(/New Webhook, with http +refused: .*https/)
  expect(output).toMatch(/^ +tls +TLSv1\.3, with a certificate that is valid for 39\d days$/m)
  expect(output).toMatch(/^ +The log +is empty: tests are not in it$/m)
  expect(output).toMatch(/^ +Both off +nobody told/m)
  expect(output).toMatch(/^ +Both on +\/tickets and \/wallboard told/m)
  expect(output).toMatch(/^ +Wallboard off +\/tickets told/m)

  const [, old] = /Show, Copy +key ([0-9a-f]{8})/.exec(output) ?? []
  const [, next, moment] = /Reset Signing Key +key ([0-9a-f]{8}) signs from (\S+);/.exec(output) ?? []
  expect(next).not.toBe(old)
  const requests = [...output.matchAll(/^ +\S+ +\/(?:tickets|wallboard) +(\d{3}) +(key [0-9a-f]{8}|no key of ours)/gm)]
  const answers = new Map([
    [`key ${old}`, '200'],
    [`key ${next}`, '200'],
    ['no key of ours', '401'],
  ])
  for (const [line, answer, signer = ''] of requests) expect(answer, line).toBe(answers.get(signer))
  expect(new Set(requests.map(([, , signer]) => signer))).toEqual(new Set(answers.keys()))
  // One of them is the stranger's.
  expect(requests.filter(([, answer]) => answer === '401')).toHaveLength(1)
  // Batches: somewhere are several events in one request.
  expect(output).toMatch(/200 {2}key [0-9a-f]{8} +\S+, \S+/)

  expect(output).toContain(`dana@acme.example    signing_key.reset, the new key from ${moment}`)
  expect(output.trimEnd().split('\n').at(-1)).toBe('The key was reset in mid-stream, and nothing was refused.')
  expect(code).toBe(0)
})

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
