/**
 * What a delivery goes to: an endpoint, or the callback of an operation. Lanes, retries and the log are the same for both; health
 * and subscriptions exist for endpoints only.
 */
export interface Target {
  readonly kind: 'endpoint' | 'operation'
  readonly id: string
}
