import { getRandomValues } from 'node:crypto'
import { newId, random47 } from '@posthorn/wire'
import type { Random } from './clock.ts'

type IdPrefix = 'app' | 'ep' | 'msg' | 'atmpt' | 'audit' | 'batch' | 'op' | 'qtask'

/** A new id of a kind at a time (milliseconds). Ids of one generator rise, also within a millisecond. */
export type NewId = (prefix: IdPrefix, nowMs: number) => string

/** Steps within a millisecond stay unguessable: up to a million at a time, from a start in the lower half of the range. */
const largestStep = 2 ** 20
const limit = 2 ** 47

/** Ids that rise, so that order by id is order of acceptance even where many share a millisecond. */
export function newIds(random: Random): NewId {
  let lastMs = -1
  let last = 0
  return (prefix, nowMs) => {
    const stepped = last + 1 + Math.floor(random.next() * largestStep)
    // A clock that was set back goes on in the last millisecond; 2^27 ids in one would move to the next.
    if (nowMs > lastMs || stepped >= limit) {
      lastMs = Math.max(nowMs, lastMs + 1)
      last = Math.floor(random47(random.bytes(6)) / 2)
    } else last = stepped
    return newId(`${prefix}_`, lastMs, last)
  }
}

/** The system's randomness, drawn 4 kB at a time: one call a request costs more than the rest of an id. */
export const systemRandom: Random = {
  next: () => Math.random(),
  bytes(count) {
    if (count > pool.length) return getRandomValues(new Uint8Array(count))
    if (used + count > pool.length) {
      getRandomValues(pool)
      used = 0
    }
    used += count
    return pool.slice(used - count, used)
  },
}

const pool = new Uint8Array(4096)
let used = pool.length
