import * as z from 'zod'
import { TimeOut } from '@posthorn/model'

const key = {
  key: z.string(),
  publicKey: z
    .string()
    .nullable()
    .meta({ description: 'The key that receivers verify with, if the algorithm is asymmetric.' }),
}

/** The one key that signs for all endpoints of an application. */
export const SigningKeyOut = z
  .object({
    ...key,
    next: z
      .object({ ...key, signsFrom: TimeOut.meta({ description: 'From this time on it signs, and `key` does not.' }) })
      .nullable()
      .meta({ description: 'The next key, and when it replaces this one. Only in dialects with a single signature.' }),
    previousUntil: TimeOut.nullable().meta({ description: 'Until this time the previous key signs too.' }),
  })
  .meta({ id: 'SigningKeyOut' })

export const SigningKeyResetIn = z
  .strictObject({
    key: z.string().min(1).max(4096).optional().meta({ description: 'Absent: the server makes one.' }),
    overlapSeconds: z
      .int()
      .min(0)
      .max(7 * 24 * 3600)
      .optional()
      .meta({
        description:
          'How long receivers have to change. In this time both keys sign; if a request carries only one signature, the old key signs, and the new one after it. 24 hours when absent.',
      }),
  })
  .meta({ id: 'SigningKeyResetIn' })

export const SigningKeyResetOut = z
  .object({
    signsFrom: TimeOut.meta({ description: 'The new key signs from this time on.' }),
    previousUntil: TimeOut.nullable().meta({
      description: 'The old key signs until this time; `null`: it no longer signs.',
    }),
  })
  .meta({ id: 'SigningKeyResetOut' })
