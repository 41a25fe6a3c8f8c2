/** Parts of the documentation are generated from definitions. `npm run docs` writes them; this test fails when one is old. */
import { relative } from 'node:path'
import { describe, expect, test } from 'vitest'
import { withPart } from '../scripts/docs/markers.ts'
import { generatedPages } from '../scripts/docs/parts.ts'

describe('generated parts are up to date; if not, run npm run docs', () => {
  for (const { file, found, expected } of generatedPages())
    test(relative(process.cwd(), file), () => expect(found).toBe(expected))
})

describe('a part', () => {
  const page = 'a\n<!-- generated: x (npm run docs) -->\nold\n<!-- end of x -->\nb\n'

  test('is replaced, and the rest of the page stays', () => {
    const written = withPart(page, 'x', 'new')
    expect(written).toBe('a\n<!-- generated: x (npm run docs) -->\n\nnew\n\n<!-- end of x -->\nb\n')
    expect(withPart(written, 'x', 'new')).toBe(written)
  })

  test('must have its comments exactly once', () => {
    expect(() => withPart(page, 'y', '')).toThrow('"y" must be in the page exactly once')
    expect(() => withPart(page + page, 'x', '')).toThrow('"x" must be in the page exactly once')
  })
})
