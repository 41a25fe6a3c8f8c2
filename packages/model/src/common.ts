import { latestTimeMs, scan } from '@posthorn/wire'
import * as z from 'zod'
import { alsoWritten, readTime } from './time-text.ts'

/**
 * Types that several nouns share. What JSON Schema can say is said in its words (`max`, `regex`); the rest is a check, which
 * `openapi.json` does not show.
 */

const letters = /^[a-zA-Z0-9\-_.]+$/

/**
 * A text that stands in the path of a URL. Clients fold the segments `.` and `..` before they send: `DELETE .../endpoint/..` would
 * delete the application.
 */
function notFolded(text: string): boolean {
  return text !== '.' && text !== '..'
}
const folded = '`.` and `..` cannot be names: in the path of a URL they mean another address.'

/** The organisation's or the vendor's own id for a thing: usable wherever an id is. */
export const Uid = z
  .string()
  .min(1)
  .max(256)
  .regex(letters, 'Only letters, digits, `-`, `_` and `.` are allowed in a uid.')
  .refine(
    (uid) => !/^(app|ep|msg|atmpt|audit)_/.test(uid),
    'A uid must not begin like one of our own ids (app_, ep_, msg_, atmpt_, audit_): the two could be confused.',
  )
  .refine(notFolded, folded)

/** A name for people. */
export const Name = z
  .string()
  .min(1)
  .max(256)
  .refine((name) => name.trim() !== '', 'A name has 1 to 256 characters, and not only spaces.')

export const EventTypeName = z
  .string()
  .min(1)
  .max(256)
  .regex(letters, 'An event type has only letters, digits, `-`, `_` and `.`, such as `device.enrolled`.')
  .refine(notFolded, folded)
  .meta({ examples: ['device.enrolled'] })

export const EventId = z
  .string()
  .regex(/^[\x21-\x7e]{1,256}$/, 'An `eventId` has 1 to 256 visible ASCII characters, without spaces.')
  .refine(notFolded, folded)

export const Metadata = z
  .record(z.string().max(256), z.string().max(4096))
  .refine((metadata) => JSON.stringify(metadata).length <= 4096, 'Metadata has at most 4,096 characters as JSON.')

/** Values that a dialect may ask for, by name (`accountId`). */
export const Params = z.record(z.string().max(256), z.string().max(4096)).check(checkParams)
export type Params = Readonly<z.output<typeof Params>>

/** Params as callers give them: what is a number on the wire may be given as a number. Stored as text by `paramTexts`. */
export const GivenParams = z
  .record(z.string().max(256), z.union([z.string().max(4096), z.number()], 'A param is a text or a number.'))
  .check(checkParams)
export type GivenParams = Readonly<z.output<typeof GivenParams>>

function checkParams({ value, issues }: z.core.ParsePayload<Record<string, string | number>>): void {
  for (const [name, param] of Object.entries(value)) {
    const refuse = (message: string) =>
      issues.push({ code: 'custom', input: value, path: [name.slice(0, 64)], message })
    if (!/^[a-zA-Z][a-zA-Z0-9_-]{0,63}$/.test(name))
      refuse('The name of a param is a letter, then up to 63 letters, digits, `_` and `-`.')
    else if (typeof param === 'string' && param.length > 1024)
      refuse('The value of a param has at most 1,024 characters.')
    else if (typeof param === 'number' && Math.abs(param) > Number.MAX_SAFE_INTEGER)
      refuse('A number this large loses digits in JSON programs. Give it as a text: "12345678901234567890".')
  }
}

export function paramTexts(given: GivenParams): Params {
  return Object.fromEntries(Object.entries(given).map(([name, param]) => [name, String(param)]))
}

/** Channels of a message, or its tags. */
export const Labels = z.array(z.string().min(1).max(128)).max(10)

/** The same in a body: the API asks for `null` where there are none. */
export const SomeLabels = Labels.min(1)

/** Channels, of which there are at most `most`. */
export function channelsIn(labels: typeof Labels, most: number): typeof Labels {
  return labels
    .refine((channels) => channels.length <= most, `At most ${most} channels.`)
    .refine(
      (channels) => channels.every((channel) => /^[a-zA-Z0-9\-_.:]+$/.test(channel)),
      'A channel has 1 to 128 letters, digits, `-`, `_`, dots and colons.',
    )
}

/** A list as it is stored: a name that is there twice once. */
export function once<Names extends readonly string[] | null>(names: Names): Names | string[] {
  return names && names.length > 1 ? [...new Set(names)] : names
}

/** The same, where an empty list is stored as `null`. */
export function listOrNull(names: readonly string[] | null): readonly string[] | null {
  return names?.length ? once([...names]) : null
}

export const Platform = z
  .string()
  .min(1)
  .max(64)
  .refine((platform) => platform.trim() !== '', 'The name of a platform has 1 to 64 characters, and not only spaces.')
export const Platforms = z.array(Platform).max(50)

export const DialectName = z.string().min(1).max(64).refine(notFolded, folded)

/** Messages or requests a second. */
export const Rate = z.int().min(1).max(1_000_000)

export const JsonObject = z.record(z.string(), z.unknown())

/** JSON text of an object. */
export const JsonObjectText = z.string().check(({ value, issues }) => {
  const found = scan(value)
  if (found.ok && found.kind === 'object') return
  const reason = found.ok ? '' : `: ${found.reason} (character ${found.at + 1})`
  issues.push({ code: 'custom', input: value, message: `This has to be the text of a JSON object${reason}.` })
})

/** Milliseconds since the epoch. */
export const Milliseconds = z.int()

/** The same, given by a caller. */
const noTime = 'This is not a time: give whole milliseconds since 1970, as Date.now() does.'
export const GivenMilliseconds = z.int(noTime).min(0, noTime).max(latestTimeMs, noTime)

/** A time in a request; milliseconds since the epoch once it is read. */
export const Time = z
  .string('A time looks like 2026-11-22T14:02:11Z.')
  .meta({ anyOf: [{ format: 'date-time' }, { pattern: alsoWritten }] })
  .transform((text, context) => {
    const ms = readTime(text)
    if (ms !== null) return ms
    context.issues.push({ code: 'custom', input: text, message: 'A time looks like 2026-11-22T14:02:11Z.' })
    return z.NEVER
  })

/** An RFC 3339 time in UTC with milliseconds, in an answer. */
export const TimeOut = z.iso.datetime().meta({ examples: ['2026-11-22T14:02:11.000Z'] })
