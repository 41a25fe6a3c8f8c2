import * as z from 'zod'

const statuses = '0 success, 1 pending (not attempted yet), 2 fail, 3 sending (waits for its next attempt), 4 canceled.'

/** 0 success, 1 pending (not attempted yet), 2 failed, 3 sending (waits for its next attempt), 4 cancelled. */
export const Status = z
  .union([z.literal(0), z.literal(1), z.literal(2), z.literal(3), z.literal(4)])
  .meta({ id: 'MessageStatus', description: statuses })

export const StatusText = z
  .enum(['success', 'pending', 'fail', 'sending', 'canceled'])
  .meta({ id: 'MessageStatusText' })

/** 0 scheduled, 1 manual. */
export const TriggerType = z
  .union([z.literal(0), z.literal(1)])
  .meta({ id: 'MessageAttemptTriggerType', description: '0 scheduled, 1 manual.' })

/** A status in a query: the number as text. */
export const StatusQuery = z
  .enum(['0', '1', '2', '3', '4'])
  .transform((text) => Number(text) as z.output<typeof Status>)
  .meta({ description: statuses })

/** A class of status codes: `500` is every 5xx, `0` is no response. Read as its first digit. */
export const StatusCodeClassQuery = z
  .enum(['0', '100', '200', '300', '400', '500'])
  .transform((text) => Number(text[0]))
  .meta({ description: 'A class of status codes: 500 is every 5xx; 0 is no response.' })

export type Status = z.output<typeof Status>
export type StatusText = z.output<typeof StatusText>
