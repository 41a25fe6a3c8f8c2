import type { Page, PageOptions } from '@posthorn/engine'

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

/** A page of a short list of names that is in memory, in the order that it has there. */
export function namedPage<T extends { readonly name: string }, U>(
  all: readonly T[],
  query: { limit?: number | undefined; iterator?: string | undefined },
  out: (item: T) => U,
) {
  const from = query.iterator === undefined ? 0 : all.findIndex(({ name }) => name === query.iterator) + 1
  const items = all.slice(from, from + (query.limit ?? 50))
  return {
    data: items.map(out),
    iterator: items.at(-1)?.name ?? null,
    prevIterator: items[0]?.name ?? null,
    done: from + items.length >= all.length,
  }
}
