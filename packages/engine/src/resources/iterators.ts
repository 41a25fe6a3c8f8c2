import { createHash } from 'node:crypto'

/** A place in a list: at the row of a key, which may be gone by now. */
export interface Place {
  readonly key: string
  /** The page ends here, instead of beginning here. */
  readonly backwards: boolean
  /** The row itself belongs to the page. */
  readonly inclusive: boolean
}

/**
 * An iterator is a place as text: the key of a row, with a minus before it where the page ends there, and a tag. The tag is a short
 * hash of list and place, so that the iterator of one list is none of another, and a word that somebody made up is none at all,
 * although the row may have been deleted meanwhile. It is no secret: who makes up a tag gets a place in a list that he may read.
 */
export function iteratorText(list: string, place: Place): string {
  return `${place.backwards ? '-' : ''}${place.key}~${tagOf(list, place)}`
}

/** `tag`: the one place that it was made for. Without a tag: what a bare key, or one with a minus, may stand for. */
export type ReadIterator =
  | { readonly tagged: true; readonly place: Place | null }
  | { readonly tagged: false; readonly places: readonly Place[] }

const form = /^([a-zA-Z0-9_.-]{1,257})(?:~([a-zA-Z0-9_-]{8}))?$/

/** Reads what stands in a request. `null`: this is no iterator of any list. */
export function readIterator(list: string, text: string): ReadIterator | null {
  const [, at, tag] = form.exec(text) ?? []
  if (at === undefined) return null
  // Names of event types may begin with a minus.
  const backwards = { key: at.slice(1), backwards: true, inclusive: false }
  const places = [...(/^-./.test(at) ? [backwards] : []), { key: at, backwards: false, inclusive: false }]
  if (tag === undefined) return { tagged: false, places }
  const all = places.flatMap((place) => [place, { ...place, inclusive: true }])
  return { tagged: true, place: all.find((place) => tagOf(list, place) === tag) ?? null }
}

function tagOf(list: string, { key, backwards, inclusive }: Place): string {
  const hashed = JSON.stringify([list, key, backwards, inclusive])
  return createHash('sha256').update(hashed).digest('base64url').slice(0, 8)
}

/** What a list is asked for: rows after the cursor in this order. The cursor itself is not among them. */
export function cursorAt({ key, inclusive }: Place, order: 'ascending' | 'descending'): string {
  if (!inclusive) return key
  return order === 'ascending' ? justBelow(key) : `${key}!`
}

/** Below a key and above every other key that is below it: no character of a key is beyond `~`, or before `!`. */
export function justBelow(key: string): string {
  return `${key.slice(0, -1)}${String.fromCharCode(key.charCodeAt(key.length - 1) - 1)}~`
}
