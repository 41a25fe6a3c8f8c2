import * as z from 'zod'
import { EventTypeName, Time } from '@posthorn/model'

// Values of a query are text. Each of these reads one kind.
export const Flag = z.enum(['true', 'false']).transform((text) => text === 'true')

const Limit = z
  .string()
  .regex(/^\d{1,4}$/, 'A number from 1 to 250 is expected.')
  .transform(Number)
  .pipe(z.int().min(1).max(250))
  .meta({ description: '1 to 250; 50 when absent.', param: { type: 'integer', minimum: 1, maximum: 250 } })

const Iterator = z.string().min(1).max(512).meta({
  description:
    '`iterator` of a page of this list, for the page after it, or its `prevIterator`, for the page before it.',
})

const Order = z.enum(['ascending', 'descending'])

/** An id as it is on the wire. */
export const RequestIdQuery = z
  .string()
  .min(1)
  .max(128)
  .meta({ description: 'The id that the receiver saw, in any of its forms: `msg_...`, a UUID, 16 characters.' })

/** `a,b`, or the parameter several times. */
export const Names = z
  .union([z.string().min(1), z.array(z.string().min(1))])
  .transform((value) => (typeof value === 'string' ? value.split(',') : value.flatMap((part) => part.split(','))))
  .pipe(z.array(EventTypeName).max(100))

export const page = { limit: Limit.optional(), iterator: Iterator.optional() }
export const orderedPage = { ...page, order: Order.optional() }
export const range = { before: Time.optional(), after: Time.optional() }

/** A page of a list. `iterator` continues it, `prevIterator` goes back; `done` says that there is no more in this direction. */
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

/** A 422: one entry per invalid field, in the shape that Svix's SDKs read. */
export const HttpValidationError = z
  .object({
    code: z.literal('validation_error'),
    detail: z.array(z.object({ loc: z.array(z.string()), msg: z.string(), type: z.string() })),
  })
  .meta({ id: 'HttpValidationError' })
