import { dirname } from 'node:path'
import { expect } from 'vitest'
import { missing } from '../../packages/wire/test/installed.ts'
import { story, tell } from './support.ts'

story(
  'signinapp: visitors at two sites, and four receivers in four languages',
  missing('python3') ?? missing('php') ?? missing('java'),
  async () => {
    const { output, code } = await tell('signinapp')
    expect(output).toContain('would have notified of 2 of the last 6')
    expect(output.match(/^ +attempt \d: .*$/gm)).toEqual([
      expect.stringMatching(/attempt 1: Jana Wolff +503 /),
      expect.stringMatching(/attempt 2: Jana Wolff +503 /),
      expect.stringMatching(/attempt 3: Jana Wolff +200 /),
    ])
    expect(output).toMatch(/^ +Arbeitserlaubnis \(PHP, 202\) +in: Zoë Krämer, Piotr Nowak; out: Piotr Nowak$/m)
    expect(output).toMatch(/^ +Firmenbesuche \(Java, 201\) +in: Jana Wolff, Zoë Krämer, Aylin Yıldız$/m)
    expect(output).toMatch(/^ +Gong \(unsigned\) +in: Aylin Yıldız; there is no signature header$/m)
    for (const language of ['Python', 'JavaScript', 'PHP', 'Java'])
      expect(output).toMatch(new RegExp(`^ +${language} +401 wrong signature +401 no signature +401 too old$`, 'm'))
    expect(output).toMatch(/^ +Evakuierungsliste \(JavaScript\), page 4 +Omar Haddad \(automatically\)$/m)
    expect(output).toMatch(/^ +Still inside, after that +nobody$/m)
    expect(output.trimEnd().split('\n').at(-1)).toBe('Everybody was told what their rules say, and nothing else.')
    expect(code).toBe(0)
  },
)

story('signinapp: without the languages it says so, and fails', null, async () => {
  // Of all programs there is Node alone.
  const { output, code } = await tell('signinapp', { PATH: dirname(process.execPath) })
  expect(output).toMatch(
    /It did not go as it should: \S+ .* did not start\. It needs \w+; on Debian: apt-get install \S+$/m,
  )
  expect(code).toBe(1)
})
