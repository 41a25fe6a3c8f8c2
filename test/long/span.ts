const unitsMs: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000 }

/** `90s`, `10m`, `2h` in milliseconds; `null` for everything else. */
export function spanMs(text: string): number | null {
  const [, count, unit] = /^(\d{1,4})([smh])$/.exec(text) ?? []
  if (count === undefined || Number(count) === 0) return null
  return Number(count) * unitsMs[unit!]!
}
