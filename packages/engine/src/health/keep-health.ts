import type { Clock } from '../clock.ts'
import type { Directory } from '../directory/directory.ts'
import { EngineError } from '../errors.ts'
import type { Listeners } from '../log/listeners.ts'
import type { Log } from '../options.ts'
import type { Schedule } from '../schedule/schedule.ts'
import { healthStep } from './health.ts'

export interface HealthParts {
  readonly clock: Clock
  readonly directory: Directory
  readonly schedule: Schedule
  readonly listeners: Listeners
  readonly log: Log
  /** A streak of failures that lasts so long holds the endpoint. */
  readonly holdAfterMs: number
}

export interface EndpointOutcome {
  readonly success: boolean
  readonly gone: boolean
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
    const isUsual = entry?.endpoint.failingSince === null && outcome.success
    if (!entry || isUsual || !this.#step(endpoint, outcome)) return
    this.#parts.directory.writes
      .exclusively(entry.app, () => this.#write(endpoint, outcome))
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

  async #write(id: string, outcome: EndpointOutcome): Promise<void> {
    const { directory, schedule, listeners, log } = this.#parts
    // Decided again in the application's turn: a patch may have come first, or the same change from another attempt.
    const change = this.#step(id, outcome)
    const entry = directory.endpointById(id)
    if (!change || !entry) return
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
