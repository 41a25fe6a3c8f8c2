/** Whether the server is shutting down. `close` sets it; `/readyz` and every answer tell it. */
export interface Lifecycle {
  draining: boolean
}
