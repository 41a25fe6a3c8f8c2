import type { Status, StatusText } from '@posthorn/api'
import type { Attempt, AttemptResult, Delivery, DeliveryState } from '@posthorn/engine'

// Svix's numbers for statuses: 0 success, 1 pending (not attempted yet), 2 fail, 3 sending (waits for a retry), 4 canceled. Only this
// file of the server has them.

export const statusTexts: Record<Status, StatusText> = {
  0: 'success',
  1: 'pending',
  2: 'fail',
  3: 'sending',
  4: 'canceled',
}

const attemptStatus: Record<AttemptResult, Status> = {
  success: 0,
  failed: 2,
  exhausted: 2,
  interrupted: 2,
  quarantined: 2,
  cancelled: 4,
}

const results = Object.keys(attemptStatus) as AttemptResult[]

const deliveryStatus: Record<DeliveryState, Status> = {
  pending: 1,
  success: 0,
  failed: 2,
  held: 2, // Svix's clients offer to recover what has failed, and that is what a held delivery needs
  quarantined: 2,
  cancelled: 4,
  endpoint_disabled: 4,
}

const states = Object.keys(deliveryStatus) as DeliveryState[]

/** @param expanded whether the client knows status 4; the others see 0 */
export function statusOfAttempt({ result }: Pick<Attempt, 'result'>, expanded: boolean): Status {
  const status = attemptStatus[result]
  return status === 4 && !expanded ? 0 : status
}

/** The results of attempts that are shown with a status. Pending (1) and sending (3) have none: a recorded attempt has ended. */
export function resultsOf(status: Status, expanded: boolean): AttemptResult[] {
  return results.filter((result) => statusOfAttempt({ result }, expanded) === status)
}

/** The states in which a delivery that had an attempt is shown with a status. */
export function statesOf(status: Status): DeliveryState[] {
  return states.filter((state) => statusOfDelivery({ state, attempts: 1 }) === status)
}

/** Every result that is not a success. */
export const failures: readonly AttemptResult[] = results.filter((result) => result !== 'success')

/** A delivery that waits for its first attempt is pending; between two attempts it is sending. */
export function statusOfDelivery({ state, attempts }: Pick<Delivery, 'state' | 'attempts'>): Status {
  return state === 'pending' && attempts > 0 ? 3 : deliveryStatus[state]
}
