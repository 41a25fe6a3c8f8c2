/** Totals are kept by hour. */
export const hourMs = 3_600_000

export function hourOf(timeMs: number): number {
  return Math.floor(timeMs / hourMs)
}

/** A bound of a range that cuts no hour; `null` is no bound. */
export function isWholeHour(timeMs: number | null): boolean {
  return timeMs === null || timeMs % hourMs === 0
}
