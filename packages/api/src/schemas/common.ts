import * as z from 'zod'

/** The organisation's or the vendor's own id for a thing: usable wherever an id is. */
export const Uid = z
  .string()
  .min(1)
  .max(256)
  .regex(/^[a-zA-Z0-9\-_.]+$/, 'Only letters, digits, `-`, `_` and `.` are allowed here.')
  .meta({ description: 'Your own id, usable wherever an id is.', examples: ['customer-42'] })

export const EventTypeName = z
  .string()
  .min(1)
  .max(256)
  .regex(/^[a-zA-Z0-9\-_.]+$/, 'An event type has only letters, digits, `-`, `_` and `.`, such as `device.enrolled`.')
  .meta({ examples: ['device.enrolled'] })

export const EventId = z
  .string()
  .regex(/^[\x21-\x7e]{1,256}$/, 'An `eventId` has 1 to 256 visible ASCII characters, without spaces.')
  .meta({ examples: ['evt-2026-000042'] })

export const Metadata = z.record(z.string().max(256), z.string().max(4096))

/** Values that a dialect may ask for, by name (`accountId`). */
export const Params = z
  .record(z.string().max(256), z.string().max(4096))
  .meta({ description: 'Values that the dialect asks for. The nearest wins: message, endpoint, application.' })

export const Labels = z.array(z.string().min(1).max(128)).min(1).max(10)

export const Rate = z.int().min(1).max(1_000_000)

/** An RFC 3339 time in a request; milliseconds since the epoch once it is read. */
export const Time = z.iso
  .datetime({ offset: true, error: 'A time looks like 2026-11-22T14:02:11Z.' })
  .transform((text) => Date.parse(text))

/** An RFC 3339 time in UTC with milliseconds, in an answer. */
export const TimeOut = z.iso.datetime().meta({ examples: ['2026-11-22T14:02:11.000Z'] })

// Values of a query are text. Each of these reads one kind.
export const Flag = z.enum(['true', 'false']).transform((text) => text === 'true')

const Limit = z
  .string()
  .regex(/^\d{1,4}$/, 'A number from 1 to 250 is expected.')
  .transform(Number)
  .pipe(z.int().min(1).max(250))
  .meta({ description: '1 to 250; 50 when absent.' })

const Iterator = z.string().min(1).max(512).meta({ description: 'The iterator of the page before.' })

const Order = z.enum(['ascending', 'descending'])

/** `a,b`, or the parameter several times. */
export const Names = z
  .union([z.string().min(1), z.array(z.string().min(1))])
  .transform((value) => (typeof value === 'string' ? value.split(',') : value.flatMap((part) => part.split(','))))
  .pipe(z.array(EventTypeName).max(100))

export const page = { limit: Limit.optional(), iterator: Iterator.optional() }
export const orderedPage = { ...page, order: Order.optional() }
export const range = { before: Time.optional(), after: Time.optional() }

/** A page of a list; `iterator` continues it, `done` says that this was the last. */
export function listOf<T extends z.ZodType>(item: T) {
  return z.object({
    data: z.array(item),
    iterator: z.string().nullable(),
    prevIterator: z.string().nullable(),
    done: z.boolean(),
  })
}

/** Every refusal but a 422. `code` is from a closed list, `detail` is a sentence. */
export const HttpError = z.object({ code: z.string(), detail: z.string() }).meta({ id: 'HttpError' })

/** A 422: one entry a wrong field, in the shape that the field's SDKs know. */
export const HttpValidationError = z
  .object({
    code: z.literal('validation_error'),
    detail: z.array(z.object({ loc: z.array(z.string()), msg: z.string(), type: z.string() })),
  })
  .meta({ id: 'HttpValidationError' })
