import { InvalidArgumentError } from 'commander'

/** Collects an option that may be given several times. */
export function collect(value: string, before: readonly string[] = []): string[] {
  return [...before, value]
}

/** Seconds in each unit of a span. */
export const unitSeconds: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 }

/** `90s`, `30m`, `12h`, `7d`, or a number of seconds. */
export function seconds(text: string): number {
  const found = /^(\d{1,9})([smhd]?)$/.exec(text)
  const value = found === null ? 0 : Number(found[1]) * (unitSeconds[found[2] || 's'] ?? 1)
  if (value < 1) throw new InvalidArgumentError('Write it as 90s, 30m, 12h or 7d.')
  return value
}

/** A span with its unit. Without one, `3` could mean seconds or hours. */
export function span(text: string): number {
  if (/^\d+$/.test(text)) throw new InvalidArgumentError(`Write the unit: ${text}s, ${text}m, ${text}h or ${text}d.`)
  return seconds(text)
}

/** A whole number between two bounds. */
export function numberBetween(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN
    if (!(value >= least && value <= most))
      throw new InvalidArgumentError(`It must be a number from ${least} to ${most}.`)
    return value
  }
}

export function port(text: string): number {
  const value = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN
  if (!(value <= 65_535)) throw new InvalidArgumentError('A port is a number from 0 to 65535; 0 takes any free port.')
  return value
}

/** A moment: seconds or milliseconds since 1970, or an ISO 8601 time. Returns milliseconds. */
export function moment(text: string): number {
  if (/^\d{1,11}$/.test(text)) return Number(text) * 1000
  if (/^\d{12,14}$/.test(text)) return Number(text)
  const value = /^\d{4}-\d\d-\d\dT/.test(text) ? Date.parse(text) : Number.NaN
  if (Number.isNaN(value)) throw new InvalidArgumentError('Write it as 1614265330 (seconds) or 2026-01-31T12:00:00Z.')
  return value
}
