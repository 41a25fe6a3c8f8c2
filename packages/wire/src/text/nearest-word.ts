/**
 * The known word that a mistyped one was probably meant to be, or `null` when none is close. The case of letters does not
 * count. What all known words begin with does not make two of them similar: `POSTHORN_METRICS` is not close to
 * `POSTHORN_EXTRA_CA`.
 *
 * @param word as it was typed
 * @param known in the order that decides between two that are equally close
 * @example
 * nearestWord('titel', ['name', 'title']) // 'title'
 * nearestWord('listen', ['name', 'title', 'filter']) // null
 */
export function nearestWord(word: string, known: readonly string[]): string | null {
  const shared = sharedStart(known)
  const typed = word.toLowerCase()
  const from = typed.startsWith(shared) ? typed.slice(shared.length) : typed
  let best: string | null = null
  let bestEdits = Infinity
  for (const candidate of known) {
    const to = candidate.toLowerCase().slice(typed.startsWith(shared) ? shared.length : 0)
    // One edit in three characters: fewer miss common mistakes, more suggest words that have nothing in common.
    const most = Math.floor(Math.max(from.length, to.length) / 3)
    // Counting takes the product of both lengths. A word of another length is not close, however long it is.
    if (Math.abs(from.length - to.length) > most) continue
    const needed = edits(from, to)
    if (needed <= most && needed < bestEdits) [best, bestEdits] = [candidate, needed]
  }
  return best
}

/** The whole parts that several words begin with, in lower case: `posthorn_`, `$`. Nothing for one word alone. */
function sharedStart(words: readonly string[]): string {
  const [first = '', ...others] = words.map((word) => word.toLowerCase())
  if (others.length === 0) return ''
  let length = first.length
  for (const other of others) while (!other.startsWith(first.slice(0, length))) length--
  return /^.*[^\p{L}\d]/u.exec(first.slice(0, length))?.[0] ?? ''
}

/** How many characters to insert, delete, replace or swap with their neighbour (optimal string alignment distance). */
function edits(from: string, to: string): number {
  let beforeLast: number[] = []
  let last = Array.from({ length: to.length + 1 }, (_, index) => index)
  for (let i = 1; i <= from.length; i++) {
    const row = [i]
    for (let j = 1; j <= to.length; j++) {
      const replaced = last[j - 1]! + (from[i - 1] === to[j - 1] ? 0 : 1)
      let fewest = Math.min(replaced, last[j]! + 1, row[j - 1]! + 1)
      const isSwapped = i > 1 && j > 1 && from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1]
      if (isSwapped) fewest = Math.min(fewest, beforeLast[j - 2]! + 1)
      row.push(fewest)
    }
    ;[beforeLast, last] = [last, row]
  }
  return last[to.length]!
}
