import type { Clock } from '../clock.ts'
import type { Directory } from '../directory/directory.ts'
import { EngineError } from '../errors.ts'
import type { Listeners } from '../log/listeners.ts'
import type { Log } from '../options.ts'
import type { Schedule } from '../schedule/schedule.ts'
import { type EndpointOutcome, healthStep } from './health.ts'

export interface HealthParts {
  readonly clock: Clock
  readonly directory: Directory
  readonly schedule: Schedule
  readonly listeners: Listeners
  readonly log: Log
  /** A streak of failures that lasts so long holds the endpoint. */
  readonly holdAfterMs: number
}

/** Writes down what outcomes mean for the health of endpoints, and holds those that are gone or keep failing. */
export class HealthKeeper {
  readonly #parts: HealthParts

  constructor(parts: HealthParts) {
    this.#parts = parts
  }

  /** After an attempt for an endpoint. Nearly always nothing changes, and nothing is written. */
  note(endpoint: string, outcome: EndpointOutcome): void {
    const entry = this.#parts.directory.endpointById(endpoint)
    const known = entry?.endpoint
    const isUsual = outcome.success && known?.failingSince === null && known.pausedUntil === null
    if (!entry || isUsual || !this.#step(endpoint, outcome)) return
    const at = this.#parts.clock.now()
    this.#parts.directory.writes
      .exclusively(entry.app, () => this.#write(endpoint, outcome, at))
      .catch((error: unknown) => {
        if (!(error instanceof EngineError))
          this.#parts.log.error({ error }, 'the health of an endpoint was not written')
      })
  }

  #step(endpoint: string, outcome: EndpointOutcome): ReturnType<typeof healthStep> {
    const { directory, clock, holdAfterMs } = this.#parts
    const entry = directory.endpointById(endpoint)
    return entry && healthStep(entry.endpoint, outcome, clock.now(), holdAfterMs)
  }

  async #write(id: string, given: EndpointOutcome, at: number): Promise<void> {
    const { directory, schedule, listeners, log } = this.#parts
    // Decided again in the application's turn: a patch may have come first, or the same change from another attempt.
    const entry = directory.endpointById(id)
    if (!entry) return
    // A pause that was asked for before a patch ended with it.
    const change = this.#step(id, entry.endpoint.updatedAt > at ? { ...given, pauseMs: 0 } : given)
    if (!change) return
    const { secrets, secondarySecrets } = entry
    const endpoint = { ...entry.endpoint, ...change }
    await directory.writes.write({
      kind: 'put_endpoint',
      endpoint,
      secrets,
      secondarySecrets,
      create: false,
      healthOnly: true,
    })
    if (change.hold === null) return
    schedule.wake(endpoint.id, endpoint.app)
    log.warn({ endpoint: endpoint.id, app: endpoint.app, hold: change.hold }, 'endpoint held')
    listeners.tell('endpointHeld', endpoint)
  }
}
