/** The candidate that takes the fewest edits to reach from what was written. Written length is bounded: edits are quadratic. */
export function nearest(written: string, candidates: readonly string[]): string {
  const from = written.slice(0, 64).toLowerCase()
  return candidates.reduce((best, next) => (edits(from, next) < edits(from, best) ? next : best))
}

/** Levenshtein distance, one row at a time. */
function edits(from: string, candidate: string): number {
  const to = candidate.toLowerCase()
  let row = Array.from({ length: to.length + 1 }, (_, i) => i)
  for (let i = 1; i <= from.length; i++) {
    const next = [i]
    for (let j = 1; j <= to.length; j++) {
      const replaced = row[j - 1]! + (from[i - 1] === to[j - 1] ? 0 : 1)
      next.push(Math.min(replaced, row[j]! + 1, next[j - 1]! + 1))
    }
    row = next
  }
  return row[to.length]!
}
