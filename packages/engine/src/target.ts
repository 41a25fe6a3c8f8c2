/**
 * What a delivery goes to: an endpoint, or the callback of an operation. Lanes, retries and the log are the same for both; health
 * and subscriptions exist for endpoints only.
 */
export interface Target {
  readonly kind: 'endpoint' | 'operation'
  readonly id: string
}

/** The target of a stored id. Ids of operations begin with `op_`; nothing else in the engine looks at that. */
export function targetOf(id: string): Target {
  return { kind: id.startsWith('op_') ? 'operation' : 'endpoint', id }
}
