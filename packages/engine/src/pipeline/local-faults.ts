import type { Clock } from '../clock.ts'
import type { Log } from '../options.ts'
import type { Outcome, Unknown } from '../transport/transport.ts'

/** Before a delivery is tried again. */
const waitMs = 1000

/** Why this machine could not send: nothing left it, so there was no attempt. `null`: it could. */
export function localFaultOf(outcome: Outcome): Unknown | null {
  return outcome.kind === 'unknown' && outcome.error.code === 'local_fault' ? outcome : null
}

/**
 * Deliveries that this machine cannot send at the moment: no descriptors, no ports, no resolver. They keep their turn and are tried
 * again. No receiver had a part in it, so nothing is recorded: no attempt, no retry of the schedule, no failure of the endpoint.
 */
export class LocalFaults {
  readonly #clock: Clock
  readonly #log: Log
  #waiting = 0
  #reason = ''

  constructor(clock: Clock, log: Log) {
    this.#clock = clock
    this.#log = log
  }

  /** For the health of the engine; empty: nothing waits. */
  get reasons(): readonly string[] {
    if (this.#waiting === 0) return []
    return [`Deliveries wait, because ${this.#reason}. They go on by themselves.`]
  }

  /** A delivery could not leave. */
  enter(): void {
    this.#waiting += 1
  }

  /** Waits before the next try. Logged when the first delivery waits, and when none does any more. */
  async wait({ error }: Unknown): Promise<void> {
    if (this.#reason === '') this.#log.warn({ reason: error.message }, 'deliveries wait for this machine')
    this.#reason = error.message
    await new Promise<void>((resolve) => this.#clock.after(waitMs, resolve))
  }

  /** It has left, or was given back. */
  leave(): void {
    this.#waiting -= 1
    if (this.#waiting > 0) return
    this.#log.info({ reason: this.#reason }, 'deliveries go on: this machine can send again')
    this.#reason = ''
  }
}
