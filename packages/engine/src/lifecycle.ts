/** Whether the engine is shutting down: `close` sets it, and from then on nothing is accepted. */
export interface Lifecycle {
  closing: boolean
}
