import * as z from 'zod'

/** Types that several nouns share. */

/** The organisation's or the vendor's own id for a thing: usable wherever an id is. */
export const Uid = z
  .string()
  .min(1)
  .max(256)
  .regex(/^[a-zA-Z0-9\-_.]+$/, 'Only letters, digits, `-`, `_` and `.` are allowed here.')

export const EventTypeName = z
  .string()
  .min(1)
  .max(256)
  .regex(/^[a-zA-Z0-9\-_.]+$/, 'An event type has only letters, digits, `-`, `_` and `.`, such as `device.enrolled`.')
  .meta({ examples: ['device.enrolled'] })

export const EventId = z
  .string()
  .regex(/^[\x21-\x7e]{1,256}$/, 'An `eventId` has 1 to 256 visible ASCII characters, without spaces.')

export const Metadata = z.record(z.string().max(256), z.string().max(4096))

/** Values that a dialect may ask for, by name (`accountId`). */
export const Params = z.record(z.string().max(256), z.string().max(4096))

/** Channels of a message, or its tags. */
export const Labels = z.array(z.string().min(1).max(128)).max(10)
/** The API asks for `null` where there are none. */
export const SomeLabels = Labels.min(1)

export const JsonObject = z.record(z.string(), z.unknown())

export const Platform = z.string().min(1).max(64)
export const Platforms = z.array(Platform).max(50)

export const DialectName = z.string().min(1).max(64)

/** Messages or requests a second. */
export const Rate = z.int().min(1).max(1_000_000)

/** Milliseconds since the epoch. */
export const Milliseconds = z.int()

/** An RFC 3339 time in a request; milliseconds since the epoch once it is read. */
export const Time = z.iso
  .datetime({ offset: true, error: 'A time looks like 2026-11-22T14:02:11Z.' })
  .transform((text) => Date.parse(text))

/** An RFC 3339 time in UTC with milliseconds, in an answer. */
export const TimeOut = z.iso.datetime().meta({ examples: ['2026-11-22T14:02:11.000Z'] })
