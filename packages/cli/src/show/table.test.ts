import { expect, test } from 'vitest'
import { Table } from './table.ts'

const columns = [
  { title: 'Time', least: 3, short: true },
  { title: 'Id', least: 5, middle: true },
  { title: 'Code', align: 'right' },
  { title: 'Place', least: 4 },
] as const
const giving = [3, 0, 1]

/** Lines of a table that is this wide. */
function lines(width: number | null, ...rows: string[][]): string[] {
  const table = new Table(columns, giving, width, (_style, text) => text)
  const cells = rows.map((row) => row.map((text, index) => ({ text, ...(index === 0 ? { short: '9:0' } : {}) })))
  for (const row of cells) table.fit(row)
  return [table.header(), ...cells.map((row) => table.line(row))]
}

const rows = [
  ['Monday 9:00', 'id-123456', '7', 'example.com/hooks'],
  ['Monday 9:00', 'id-1', '200', 'a.b'],
]

test('aligns columns, without spaces after the last one', () => {
  expect(lines(null, ...rows)).toEqual([
    'Time         Id         Code  Place',
    'Monday 9:00  id-123456     7  example.com/hooks',
    'Monday 9:00  id-1        200  a.b',
  ])
})

test('narrows columns in order: the end of the last, the short form, the middle of an id', () => {
  expect(lines(40, ...rows)[1]).toBe('Monday 9:00  id-123456     7  example.c…')
  expect(lines(34, ...rows)[1]).toBe('Monday 9:00  id-123456     7  exa…')
  expect(lines(33, ...rows)[1]).toBe('9:0  id-123456     7  exa…')
  expect(lines(22, ...rows)[1]).toBe('9:0  id…56     7  exa…')
})

test.each([1, 10, 22, 25, 30, 33, 34, 40, 47, 80])('never gets wider than a terminal of %i where it can', (width) => {
  for (const line of lines(width, ...rows)) expect(line.length).toBeLessThanOrEqual(Math.max(width, 22))
})

test('columns grow with new lines', () => {
  const table = new Table([{ title: 'a' }, { title: 'b' }], [], null, (_style, text) => text)
  const line = (...texts: string[]) => {
    const row = texts.map((text) => ({ text }))
    table.fit(row)
    return table.line(row)
  }
  expect([line('1', 'x'), line('123', 'x'), line('1', 'x')]).toEqual(['1  x', '123  x', '1    x'])
})

test('colours the text of a cell, and not the space around it', () => {
  const table = new Table([{ title: 'a', align: 'right' }, { title: 'b' }], [], null, (_style, text) => `<${text}>`)
  table.fit([{ text: 'wide' }, { text: 'y' }])
  expect(table.line([{ text: 'x', style: 'red' }, { text: 'y' }])).toBe('   <x>  y')
})
