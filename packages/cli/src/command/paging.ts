import { MOST_ROWS, type Rows } from '../api/rows.ts'
import type { Io } from '../process/io.ts'
import { numberBetween } from './option-values.ts'
import { option } from './words.ts'
import { jsonText } from '../show/json-text.ts'

/** The options of a command that prints a part of a long list. */
export interface PagingOptions {
  readonly limit: number
  readonly iterator?: string
}

export const pagingOptions = [
  option('--limit <number>', `at most this many lines, up to ${MOST_ROWS}`, numberBetween(1, MOST_ROWS), 50),
  option('--iterator <iterator>', 'continue where an earlier page ended'),
]

/** One JSON object per line. That there are more rows goes to standard error, because standard output has rows only. */
export function printJsonRows({ rows, iterator }: Rows<unknown>, io: Io): void {
  for (const row of rows) io.out(`${jsonText(row)}\n`)
  if (iterator !== null) io.err(`there is more: --iterator ${iterator}\n`)
}

/** The end of a table that has more rows; empty when it has none. */
export function moreText({ iterator }: Rows<unknown>, io: Io): string {
  return iterator === null ? '' : `\n${io.style('dim', `there is more: --iterator ${iterator}`)}\n`
}
