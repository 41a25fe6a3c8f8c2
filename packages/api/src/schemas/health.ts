import * as z from 'zod'

export const Liveness = z.object({ status: z.literal('ok') }).meta({ id: 'Liveness' })

export const Readiness = z
  .object({ status: z.enum(['ready', 'not ready']), reasons: z.array(z.string()) })
  .meta({ id: 'Readiness' })
