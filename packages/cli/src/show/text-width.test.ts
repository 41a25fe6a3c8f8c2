import { expect, test } from 'vitest'
import { showTable } from './table.ts'
import { characters, textWidth } from './text-width.ts'

test.each<[string, number]>([
  ['', 0],
  ['abc', 3],
  ['Zoë', 3],
  ['Zoe\u0308', 3],
  ['会社', 4],
  ['ｶﾀｶﾅ', 4],
  ['カタカナ', 8],
  ['한국', 4],
  ['（全角）', 8],
  ['a😀b', 4],
  ['👩‍👩‍👧', 2],
  ['❤️', 2],
  ['🇩🇪', 2],
  ['a\u200bb', 2],
  ['…─│', 3],
  ['1#', 2],
])('%j takes %i columns', (text, width) => {
  expect(textWidth(text)).toBe(width)
})

test('a letter and its marks are one character', () => {
  expect(characters('e\u0301x')).toEqual(['e\u0301', 'x'])
})

const columns = [
  { title: 'Name', least: 6 },
  { title: 'Title', least: 3 },
]

function shown(terminalColumns: number | null, names: readonly string[]): string[] {
  const rows = names.map((name) => [{ text: name }, { text: 'x' }])
  return showTable(columns, [0], rows, { terminalColumns, style: (_style, text) => text }).split('\n')
}

test('columns line up below each other with letters of every width', () => {
  for (const line of shown(null, ['会社', 'Zoe\u0308', '😀', 'plain name']).slice(1, -1))
    expect(textWidth(line.slice(0, line.lastIndexOf('x')))).toBe(textWidth('plain name') + 2)
})

test('a text that is cut fits, whatever its letters', () => {
  for (const line of shown(12, ['会社会社会社会社', 'a long enough name', '😀😀😀😀😀😀😀😀']).slice(1, -1)) {
    expect(textWidth(line)).toBeLessThanOrEqual(12)
    expect(line).toContain('…')
  }
})
