/** The tables of docs/filters.md: in a row with three pieces of JSON, the first matches the second and not the third. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { compileFilter } from './compile-filter.ts'
import { operators } from './operators.ts'

const page = readFileSync(join(import.meta.dirname, '../../../../docs/filters.md'), 'utf8')
const rows = page
  .split('\n')
  .filter((line) => line.startsWith('|'))
  .map((line) => [...line.matchAll(/`(\{.*?\})` \|/g)].map(([, json]) => json!))
  .filter((cells): cells is [filter: string, matching: string, other: string] => cells.length === 3)

describe('docs/filters.md', () => {
  test.each(rows)('%s matches %s and not %s', (filter, matching, other) => {
    const compiled = compileFilter(JSON.parse(filter))
    expect(compiled.matches(JSON.parse(matching))).toBe(true)
    expect(compiled.matches(JSON.parse(other))).toBe(false)
  })

  test('has an example of every operator', () => {
    for (const name of [...operators.keys(), '$or', '$and', '$not'])
      expect(rows.some(([filter]) => filter.includes(`"${name}"`))).toBe(true)
  })
})
