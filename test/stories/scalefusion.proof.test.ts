import { dirname } from 'node:path'
import { expect } from 'vitest'
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
