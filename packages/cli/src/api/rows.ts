import { InvalidArgumentError } from 'commander'
import type { Io } from '../process/io.ts'

export const MOST_ROWS = 10_000
const PAGE_ROWS = 250

interface Page<T> {
  readonly data: readonly T[]
  readonly iterator: string | null
  readonly done: boolean
}

/** Rows of a list. `iterator`: there are more. */
export interface Rows<T> {
  readonly rows: readonly T[]
  readonly iterator: string | null
}

/** As many rows of a list as are asked for, over as many pages as that takes. */
export async function readRows<T>(
  page: (query: { readonly limit: number; readonly iterator: string | null }) => Promise<Page<T>>,
  { limit = MOST_ROWS, iterator: from = null }: { readonly limit?: number; readonly iterator?: string | null } = {},
): Promise<Rows<T>> {
  const rows: T[] = []
  for (let iterator = from; ;) {
    const { data, done, ...next } = await page({ limit: Math.min(limit - rows.length, PAGE_ROWS), iterator })
    rows.push(...data)
    iterator = next.iterator
    if (done || data.length === 0) return { rows, iterator: null }
    if (rows.length >= limit) return { rows, iterator }
  }
}

/** One JSON object a line. That there is more is told beside it, so that standard output has rows only. */
export function printJsonRows({ rows, iterator }: Rows<unknown>, io: Io): void {
  for (const row of rows) io.out(`${JSON.stringify(row)}\n`)
  if (iterator !== null) io.err(`there is more: --iterator ${iterator}\n`)
}

/** For the end of a table; empty when there is no more. */
export function moreText({ iterator }: Rows<unknown>, io: Io): string {
  return iterator === null ? '' : `\n${io.style('dim', `there is more: --iterator ${iterator}`)}\n`
}

export function rowCount(text: string): number {
  const value = /^\d{1,5}$/.test(text) ? Number(text) : 0
  if (value < 1 || value > MOST_ROWS) throw new InvalidArgumentError(`A number from 1 to ${MOST_ROWS} is expected.`)
  return value
}
