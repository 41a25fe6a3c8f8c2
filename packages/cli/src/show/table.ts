import { characters, textWidth } from './text-width.ts'
import type { Io } from '../process/io.ts'

export interface Column {
  readonly title: string
  readonly align?: 'right'
  /** Its smallest width in a narrow terminal; absent: it keeps its width. */
  readonly least?: number
  /** Its cells have a short text, which is shown instead when there is no room for the full one. */
  readonly short?: true
  /** It is cut in the middle, because the end of an id matters too. */
  readonly middle?: true
}

export interface Cell {
  readonly text: string
  readonly short?: string
  readonly style?: Parameters<Io['style']>[0]
}

const GAP = '  '

/**
 * Lines with the same columns. Columns grow with the lines, so that a live log is aligned too. In a narrow terminal some
 * columns become narrower, in the order of `giving`. Without a terminal nothing is cut.
 */
export class Table {
  readonly #columns: readonly Column[]
  readonly #giving: readonly number[]
  readonly #terminal: number | null
  readonly #style: Io['style']
  #widths: number[]

  /** `terminal`: its width in characters, or `null`. `giving`: indexes of columns. */
  constructor(columns: readonly Column[], giving: readonly number[], terminal: number | null, style: Io['style']) {
    this.#columns = columns
    this.#giving = giving
    this.#terminal = terminal
    this.#style = style
    this.#widths = columns.map(() => 0)
  }

  /** Widens the columns for a row that will be printed. */
  fit(row: readonly Cell[]): void {
    this.#widths = this.#widths.map((width, index) => Math.max(width, textWidth(row[index]?.text ?? '')))
  }

  header(): string {
    const titles = this.#columns.map(({ title }): Cell => ({ text: title, style: 'bold' }))
    this.fit(titles)
    return this.line(titles)
  }

  line(row: readonly Cell[]): string {
    const widths = this.#shown()
    const cells = this.#columns.map((column, index) => {
      const { text, short, style } = row[index] ?? { text: '' }
      const width = widths[index] ?? 0
      const shown = textWidth(text) <= width ? text : (short ?? cut(text, width, column.middle === true))
      const space = ' '.repeat(Math.max(0, width - textWidth(shown)))
      const styled = style === undefined || shown === '' ? shown : this.#style(style, shown)
      return column.align === 'right' ? space + styled : styled + space
    })
    return cells.join(GAP).trimEnd()
  }

  #shown(): number[] {
    const widths = [...this.#widths]
    if (this.#terminal === null) return widths
    let over = widths.reduce((sum, width) => sum + width, GAP.length * (widths.length - 1)) - this.#terminal
    for (const index of this.#giving) {
      const [column, width] = [this.#columns[index], widths[index] ?? 0]
      const most = width - (column?.least ?? width)
      if (over <= 0 || most <= 0) continue
      const given = column?.short ? most : Math.min(over, most)
      widths[index] = width - given
      over -= given
    }
    return widths
  }
}

function cut(text: string, width: number, middle: boolean): string {
  const all = characters(text)
  const end = middle ? Math.floor((width - 1) / 2) : 0
  const tail = fitting(all.toReversed(), end).toReversed()
  return `${fitting(all, Math.max(0, width - 1 - end)).join('')}…${tail.join('')}`
}

/** As many of the first characters as the columns of a terminal hold. */
function fitting(all: readonly string[], columns: number): string[] {
  let left = columns
  const first = all.findIndex((character) => (left -= textWidth(character)) < 0)
  return first === -1 ? [...all] : all.slice(0, first)
}

/** A complete table; its columns are wide enough for every row. */
export function showTable(
  columns: readonly Column[],
  giving: readonly number[],
  rows: readonly (readonly Cell[])[],
  { terminalColumns, style }: Pick<Io, 'terminalColumns' | 'style'>,
): string {
  const table = new Table(columns, giving, terminalColumns, style)
  for (const row of rows) table.fit(row)
  return [table.header(), ...rows.map((row) => table.line(row))].map((line) => `${line}\n`).join('')
}
