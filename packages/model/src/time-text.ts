/**
 * Times in requests. RFC 3339 is what the API asks for. Clients of Svix also write: a space for the `T`, `UTC` for the zone, an offset
 * without a colon, no seconds, up to nine digits of a second, and in a query a `+` that became a space.
 */
const written =
  /^(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?(?: ?(?:Z|z|UTC|GMT|([+-]\d\d(?::?\d\d)?)(?: ?UTC)?)| (\d\d:\d\d))$/

/** The same for `openapi.json`, for days that every month has. */
export const alsoWritten =
  '^(19[7-9][0-9]|2[0-9]{3})-(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])[Tt ]([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9]([.,][0-9]{1,9})?)? ?(Z|z|UTC|GMT|[+-]([01][0-9]|2[0-3])(:?[0-5][0-9])?)$'

/** Milliseconds since the epoch; `null`: it is no time. What is finer than a millisecond is cut off. */
export function readTime(text: string): number | null {
  const found = written.exec(text)
  if (!found) return null
  const [year, month, day, hour, minute, second] = found.slice(1, 7).map((part) => Number(part ?? 0))
  const ms = Number((found[7] ?? '').padEnd(3, '0').slice(0, 3))
  const offset = offsetMinutes(found[8] ?? (found[9] === undefined ? '+00' : `+${found[9]}`))
  // A leap second (60) counts as the first second of the next minute.
  if (offset === null || hour! > 23 || minute! > 59 || second! > 60) return null
  const date = new Date(0)
  date.setUTCFullYear(year!, month! - 1, day)
  if (date.getUTCMonth() !== month! - 1 || date.getUTCDate() !== day) return null
  return date.setUTCHours(hour!, minute! - offset, second, ms)
}

/** `+01:30`, `-0800`, `+02`; `null`: there is no such offset. */
function offsetMinutes(text: string): number | null {
  const hours = Number(text.slice(1, 3))
  const minutes = Number(text.slice(3).replace(':', ''))
  if (hours > 23 || minutes > 59) return null
  return (text.startsWith('-') ? -1 : 1) * (hours * 60 + minutes)
}
