import { EngineError } from '../errors.ts'

/** A page of a list in id order; `iterator` continues it, `done` says that this was the last. */
export interface Page<T> {
  readonly data: readonly T[]
  readonly iterator: string | null
  readonly prevIterator: string | null
  readonly done: boolean
}

export interface PageOptions {
  /** 1 to 250; 50 when absent. */
  readonly limit?: number
  readonly iterator?: string | null
  readonly order?: 'ascending' | 'descending'
}

/**
 * Pages of a list in the order of a key. An iterator is the key of the last row of a page; with a minus before it, that of
 * the first row, and the page ends before it. (Ids never begin with a minus; the name of an event type may, and then has a
 * tilde before it.)
 */

const defaultLimit = 50
const mostLimit = 250
const iteratorText = /^([-~]?)([a-zA-Z0-9_.-]{1,256})$/

interface Cursor {
  readonly key: string | null
  readonly backwards: boolean
  readonly limit: number
}

function cursorOf(options: PageOptions): Cursor {
  const limit = options.limit ?? defaultLimit
  if (!Number.isInteger(limit) || limit < 1 || limit > mostLimit)
    throw new EngineError('invalid', `A page has 1 to ${mostLimit} rows.`, { field: 'limit' })
  const iterator = options.iterator ?? null
  if (iterator === null) return { key: null, backwards: false, limit }
  const [, mark, key] = iteratorText.exec(iterator) ?? []
  if (key === undefined)
    throw new EngineError('invalid', 'This iterator did not come from a list. Use the one of the page before.', {
      field: 'iterator',
    })
  return { key, backwards: mark === '-', limit }
}

/** Cuts a page out of rows that are all there, sorted ascending by key. */
export function pageOf<T>(rows: readonly T[], key: (row: T) => string, options: PageOptions): Page<T> {
  const cursor = cursorOf(options)
  const descending = options.order === 'descending'
  const ordered = descending ? rows.toReversed() : rows
  const isAfter = (row: T, than: string): boolean => (descending ? key(row) < than : key(row) > than)
  if (cursor.key === null) return toPage(ordered.slice(0, cursor.limit + 1), key, cursor)
  const at = cursor.key
  if (!cursor.backwards) {
    const from = ordered.findIndex((row) => isAfter(row, at))
    return toPage(from === -1 ? [] : ordered.slice(from, from + cursor.limit + 1), key, cursor)
  }
  const to = ordered.findIndex((row) => key(row) === at || isAfter(row, at))
  const end = to === -1 ? ordered.length : to
  return toPage(ordered.slice(Math.max(0, end - cursor.limit - 1), end).toReversed(), key, cursor)
}

/** Reads a page from a store: one row more than asked tells whether there is another page. */
export async function readPage<T>(
  options: PageOptions,
  key: (row: T) => string,
  read: (query: { cursor: string | null; order: 'ascending' | 'descending'; limit: number }) => Promise<readonly T[]>,
): Promise<Page<T>> {
  const cursor = cursorOf(options)
  const order = options.order ?? 'descending'
  const opposite = order === 'ascending' ? 'descending' : 'ascending'
  const rows = await read({ cursor: cursor.key, order: cursor.backwards ? opposite : order, limit: cursor.limit + 1 })
  return toPage(rows, key, cursor)
}

/** `rows` run in the direction of the cursor and hold one more than a page when there is more. */
function toPage<T>(rows: readonly T[], key: (row: T) => string, cursor: Cursor): Page<T> {
  const more = rows.length > cursor.limit
  const kept = rows.slice(0, cursor.limit)
  const data = cursor.backwards ? kept.toReversed() : kept
  const first = data[0]
  const last = data.at(-1)
  return {
    data,
    // An empty page keeps its place, so that a reader who polls finds what comes later.
    iterator:
      last === undefined
        ? cursor.backwards || cursor.key === null
          ? null
          : iteratorAfter(cursor.key)
        : iteratorAfter(key(last)),
    prevIterator: first === undefined || (cursor.key === null && !cursor.backwards) ? null : `-${key(first)}`,
    done: cursor.backwards ? false : !more,
  }
}

function iteratorAfter(key: string): string {
  return key.startsWith('-') ? `~${key}` : key
}
