import { expect } from 'vitest'
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
