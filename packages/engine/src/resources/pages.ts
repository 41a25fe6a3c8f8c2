import { EngineError } from '../errors.ts'
import { cursorAt, iteratorText, readIterator, type Place } from './iterators.ts'

/** A page of a list. `iterator` continues it, `prevIterator` goes back; `done` says that there is no more in this direction. */
export interface Page<T> {
  readonly data: readonly T[]
  readonly iterator: string | null
  readonly prevIterator: string | null
  readonly done: boolean
}

export type Order = 'ascending' | 'descending'

export interface PageOptions {
  /** 1 to 250; 50 when absent. */
  readonly limit?: number
  readonly iterator?: string | null
  readonly order?: Order
}

/** Rows after the cursor, in this order; `null`: from the beginning. */
export interface PageQuery {
  readonly cursor: string | null
  readonly order: Order
  readonly limit: number
}

/** A list in the order of its keys. A key has letters, digits and `_.-`, and every row has another one. */
export interface List<T> {
  /** Which list, and whose: iterators of another one are refused. What filters it is not in it. */
  readonly name: string
  key(row: T): string
  /** Whether a row of this key is in the list, whatever filters it at the moment. */
  has(key: string): boolean | Promise<boolean>
  read(query: PageQuery): Read<T> | Promise<Read<T>>
}

/** `lookedTo`: the list stopped looking for rows at this key, before it had as many as it was asked for. */
interface Read<T> {
  readonly rows: readonly T[]
  readonly lookedTo?: string
}

const defaultLimit = 50
const mostLimit = 250

/**
 * A page of a list, forwards or backwards. Every list of the engine and of the API is paged here.
 *
 * @param usual the order when nobody asks for one @throws EngineError `invalid`: the limit, or an iterator that is none of this list
 */
export async function readPage<T>(list: List<T>, options: PageOptions, usual: Order = 'descending'): Promise<Page<T>> {
  const limit = limitOf(options)
  const from = await placeOf(list, options.iterator ?? null)
  const backwards = from?.backwards ?? false
  const order = backwards ? opposite(options.order ?? usual) : (options.order ?? usual)
  // One row more than asked tells whether there is another page.
  const { rows, lookedTo } = await list.read({ cursor: from && cursorAt(from, order), order, limit: limit + 1 })
  const kept = rows.slice(0, limit)
  const [nearest, farthest] = [kept[0], kept.at(-1)]
  const end = rows.length <= limit && lookedTo !== undefined ? lookedTo : farthest && list.key(farthest)
  // An empty page keeps its place: a reader who polls finds what comes later, and one who turns round misses nothing.
  const onward = end === undefined ? from : { key: end, backwards, inclusive: false }
  const back = nearest
    ? { key: list.key(nearest), backwards: !backwards, inclusive: false }
    : from && { ...from, backwards: !backwards, inclusive: !from.inclusive }
  const text = (place: Place | null): string | null => place && iteratorText(list.name, place)
  return {
    data: backwards ? kept.toReversed() : kept,
    iterator: text(backwards ? back : onward),
    prevIterator: text(backwards ? onward : back),
    done: rows.length <= limit && lookedTo === undefined,
  }
}

/** A list whose rows are all there. */
export function listOfRows<T>(name: string, rows: readonly T[], key: (row: T) => string): List<T> {
  return {
    name,
    key,
    has: (wanted) => rows.some((row) => key(row) === wanted),
    read({ cursor, order, limit }) {
      const sign = order === 'ascending' ? 1 : -1
      const compare = (a: string, b: string): number => (a === b ? 0 : a < b ? -sign : sign)
      const after = cursor === null ? [...rows] : rows.filter((row) => compare(key(row), cursor) > 0)
      return { rows: after.sort((a, b) => compare(key(a), key(b))).slice(0, limit) }
    },
  }
}

function limitOf({ limit = defaultLimit }: PageOptions): number {
  if (!Number.isInteger(limit) || limit < 1 || limit > mostLimit)
    throw new EngineError('invalid', `A page has 1 to ${mostLimit} rows.`, { field: 'limit' })
  return limit
}

async function placeOf<T>(list: List<T>, iterator: string | null): Promise<Place | null> {
  if (iterator === null) return null
  const read = readIterator(list.name, iterator)
  if (read?.tagged && read.place) return read.place
  // A bare key, as clients of Svix write it, stands for a row that is there.
  if (read?.tagged === false) for (const place of read.places) if (await list.has(place.key)) return place
  throw new EngineError(
    'invalid',
    'This is no iterator of this list. Use the `iterator` or `prevIterator` of one of its pages, or leave it out to begin at the first one.',
    { field: 'iterator' },
  )
}

function opposite(order: Order): Order {
  return order === 'ascending' ? 'descending' : 'ascending'
}
