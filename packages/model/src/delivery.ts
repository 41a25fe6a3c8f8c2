import * as z from 'zod'
import { Milliseconds } from './common.ts'
import { field } from './fields/field.ts'
import type { Stored } from './fields/noun.ts'

export const DeliveryState = z
  .enum(['pending', 'success', 'failed', 'held', 'cancelled', 'quarantined', 'endpoint_disabled'])
  .meta({ id: 'DeliveryState' })
export type DeliveryState = z.output<typeof DeliveryState>

/** Message x target, as it stands now. */
export const deliveryFields = {
  message: field(z.string(), { setBy: 'engine', description: 'The message.', api: { hidden: true } }),
  endpoint: field(z.string(), { setBy: 'engine', description: 'The endpoint.', api: { hidden: true } }),
  state: field(DeliveryState, { setBy: 'engine', description: 'The state of the delivery.' }),
  attempts: field(z.int(), { setBy: 'engine', description: 'How many attempts there were.' }),
  nextAttemptAt: field(Milliseconds.nullable(), {
    setBy: 'engine',
    description: 'When the next attempt is due; `null` if there is none.',
    time: true,
    api: { name: 'nextAttempt' },
  }),
}

export interface Delivery extends Stored<typeof deliveryFields> {}
