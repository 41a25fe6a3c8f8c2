/** `2026-11-22 14:02:11Z`. All times are printed in UTC, so they can be compared, and copied to --after. */
export function utcText(iso: string): string {
  return `${iso.slice(0, 10)} ${iso.slice(11, 19)}Z`
}

/** `14:02:11Z` */
export function clockText(iso: string): string {
  return `${iso.slice(11, 19)}Z`
}

/** How long a request took: `38 ms`, `2.10 s`. */
export function tookText(ms: number): string {
  return ms < 1000 ? `${ms} ms` : `${(ms / 1000).toFixed(ms < 10_000 ? 2 : 1)} s`
}

/** A span of time in its two largest units: `4 m 12 s`, `2 h`, `1 d 3 h`. */
export function spanText(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000))
  const parts = [
    [Math.floor(seconds / 86_400), 'd'],
    [Math.floor(seconds / 3600) % 24, 'h'],
    [Math.floor(seconds / 60) % 60, 'm'],
    [seconds % 60, 's'],
  ] as const
  const first = parts.findIndex(([count]) => count > 0)
  if (first < 0) return '0 s'
  return parts
    .slice(first, first + 2)
    .filter(([count]) => count > 0)
    .map(([count, unit]) => `${count} ${unit}`)
    .join(' ')
}

/** A time in the future, and how far away it is: `2026-11-23 14:02:11Z (in 24 h)`. */
export function awayText(iso: string, nowMs: number): string {
  const ms = Date.parse(iso) - nowMs
  return ms > 0 ? `${utcText(iso)} (in ${spanText(ms)})` : utcText(iso)
}
