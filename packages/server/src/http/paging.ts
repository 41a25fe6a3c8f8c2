import { listOfRows, readPage, type Page, type PageOptions } from '@posthorn/engine'

/** The paging members of a query. */
export function pageOptions(query: {
  limit?: number | undefined
  iterator?: string | undefined
  order?: 'ascending' | 'descending' | undefined
}): PageOptions {
  const { limit, iterator, order } = query
  return {
    ...(limit === undefined ? {} : { limit }),
    ...(iterator === undefined ? {} : { iterator }),
    ...(order === undefined ? {} : { order }),
  }
}

/** A page with each item as the API shows it. */
export function pageOut<T, U>(page: Page<T>, out: (item: T) => U) {
  return { data: page.data.map(out), iterator: page.iterator, prevIterator: page.prevIterator, done: page.done }
}

/** A page of a short list that is in memory, by name. @param list which, and whose */
export async function namedPage<T extends { readonly name: string }, U>(
  list: string,
  all: readonly T[],
  query: { limit?: number | undefined; iterator?: string | undefined },
  out: (item: T) => U,
) {
  return pageOut(
    await readPage(
      listOfRows(list, all, ({ name }) => name),
      pageOptions(query),
      'ascending',
    ),
    out,
  )
}
