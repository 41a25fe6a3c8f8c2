import type { Clock } from '../clock.ts'
import type { Log } from '../options.ts'
import type { Outcome, Unknown } from '../transport/transport.ts'

/** Before a delivery is tried again. */
const waitMs = 1000

/** Why this machine could not send: nothing left it, so there was no attempt. `null`: it could. */
export function localFaultOf(outcome: Outcome): Unknown | null {
  if (outcome.kind !== 'unknown') return null
  const { code } = outcome.error
  return code === 'local_fault' || code === 'local_shortage' ? outcome : null
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
  #isShort = false

  constructor(clock: Clock, log: Log) {
    this.#clock = clock
    this.#log = log
  }

  /** Why deliveries wait, for the health of the engine; `null`: none does. */
  get reason(): string | null {
    return this.#waiting === 0 ? null : `Deliveries wait, because ${this.#reason}. They go on by themselves.`
  }

  /** They wait because the process lacks what everything needs, requests of clients too. */
  get isShort(): boolean {
    return this.#waiting > 0 && this.#isShort
  }

  /** A delivery could not leave. */
  enter(): void {
    this.#waiting += 1
  }

  /** Waits before the next try. Logged when the first delivery waits, and when none does any more. */
  async wait({ error }: Unknown): Promise<void> {
    if (this.#reason === '') this.#log.warn({ reason: error.message }, 'deliveries wait for this machine')
    this.#reason = error.message
    this.#isShort = error.code === 'local_shortage'
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
