import { dirname } from 'node:path'
import { describe, expect, test } from 'vitest'
import { disagreement } from '../../examples/scalefusion/agreement.ts'
import { missing } from '../../packages/wire/test/installed.ts'
import { story, tell } from './support.ts'

story(
  'scalefusion: devices and their events, as far as a Rails application',
  missing('puma') ?? missing('rails'),
  async () => {
    const { output, code } = await tell('scalefusion')
    expect(output).toContain('refused: Webhooks are a part of the plan Enterprise 2023.')
    expect(output).toContain('refused: No device is enrolled yet')
    expect(output).toMatch(/^ +Total Events in the log +0$/m)
    expect(output).toMatch(/refused: platform: device\.sim_swap does not exist on iOS/)
    expect(output).toMatch(/a wrong key +406/)
    expect(output).toContain('Signatures mismatch!!')
    expect(output).toMatch(
      /^ +device\.locked +[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12} +406 +\S+ \S+ +406, not looked at$/m,
    )
    expect(output.trimEnd().split('\n').at(-1)).toBe(
      'The log and the Rails application agree: 9 requests, 8 taken, 1 refused.',
    )
    expect(code).toBe(0)
  },
)

story('scalefusion: without Rails it says so, and fails', null, async () => {
  // Of all programs there is Node alone.
  const { output, code } = await tell('scalefusion', { PATH: dirname(process.execPath) })
  expect(output).toContain('It did not go as it should: The Rails receiver did not start.')
  expect(code).toBe(1)
})

describe('the log and the receiver', () => {
  const row = { eventType: 'a', requestId: '1', code: 200, timestamp: '2024-01-05T09:30:00.000Z', durationMs: 20 }
  const received = { event: 'a', request_id: '1', answered: 200, at: '2024-01-05T09:30:00.010Z' }
  const refused = { answered: 406, at: received.at }

  test.each([
    [[row], [received], null],
    [[{ ...row, code: 406 }], [refused], null],
    [[row, row], [received], /2 requests.*sent 1/],
    [[row], [received, received], /1 requests.*sent 2/],
    [[row], [refused], /code 200 in the log, and was answered 406/],
    [[row], [{ ...received, request_id: '2' }], /arrived as a, 2/],
    [[row], [{ ...received, event: 'b' }], /arrived as b, 1/],
    [[row], [{ ...received, at: '2024-01-05T09:31:00.000Z' }], /went out at .*, and arrived at/],
  ])('%#', (rows, said, sentence) => {
    const difference = disagreement(rows, said)
    if (sentence === null) expect(difference).toBeNull()
    else expect(difference).toMatch(sentence)
  })
})
