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
  message: field(z.string(), { setBy: 'engine', api: { hidden: true } }),
  endpoint: field(z.string(), { setBy: 'engine', api: { hidden: true } }),
  state: field(DeliveryState, { setBy: 'engine' }),
  attempts: field(z.int(), { setBy: 'engine' }),
  nextAttemptAt: field(Milliseconds.nullable(), { setBy: 'engine', time: true, api: { name: 'nextAttempt' } }),
}

export interface Delivery extends Stored<typeof deliveryFields> {}
