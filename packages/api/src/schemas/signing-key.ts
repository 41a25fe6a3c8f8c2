import * as z from 'zod'
import { TimeOut } from '@posthorn/model'

const key = {
  key: z.string(),
  publicKey: z
    .string()
    .nullable()
    .meta({ description: 'What receivers verify with, where the algorithm is asymmetric.' }),
}

/** The one key that signs for all endpoints of an application. */
export const SigningKeyOut = z
  .object({
    ...key,
    next: z
      .object({ ...key, from: TimeOut })
      .nullable()
      .meta({ description: 'What takes over, and when: where a request can carry one signature only.' }),
    previousUntil: TimeOut.nullable().meta({ description: 'The key before signs beside this one until then.' }),
  })
  .meta({ id: 'SigningKeyOut' })

export const SigningKeyResetIn = z
  .strictObject({
    key: z.string().min(1).max(4096).optional().meta({ description: 'Left out: made here.' }),
    overlapSeconds: z
      .int()
      .min(0)
      .max(7 * 24 * 3600)
      .optional()
      .meta({
        description:
          'How long receivers have to change: both keys sign, or, where a request carries one signature, the old one does and the new one takes over after it. 24 hours when absent.',
      }),
  })
  .meta({ id: 'SigningKeyResetIn' })

export const SigningKeyResetOut = z
  .object({
    signsFrom: TimeOut.meta({ description: 'From when on the new key signs.' }),
    previousUntil: TimeOut.nullable().meta({ description: 'Until when the old key signs; `null`: no more.' }),
  })
  .meta({ id: 'SigningKeyResetOut' })
