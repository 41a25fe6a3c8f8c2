import type { Page, PageOptions } from '@posthorn/engine'

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

export function pageOut<T, U>(page: Page<T>, out: (item: T) => U) {
  return { data: page.data.map(out), iterator: page.iterator, prevIterator: page.prevIterator, done: page.done }
}
