/** The most rows that a command reads of a list. */
export const MOST_ROWS = 10_000
const PAGE_ROWS = 250

/** A page of a list, as the API answers it. */
export interface Page<T> {
  readonly data: readonly T[]
  readonly iterator: string | null
  readonly done: boolean
}

/** What the API is asked for a page. */
export interface PageQuery {
  readonly limit: number
  readonly iterator: string | null
}

/** Rows of a list. `iterator`: there are more, from here on. */
export interface Rows<T> {
  readonly rows: readonly T[]
  readonly iterator: string | null
}

/** The first rows of a list, up to `limit`, read page by page. */
export async function readRows<T>(
  page: (query: PageQuery) => Promise<Page<T>>,
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
