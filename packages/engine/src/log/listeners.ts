import type { Attempt, Endpoint } from '@posthorn/model'
import type { Log } from '../options.ts'

/** Told after an attempt was recorded. Listeners must not throw; one that does is logged and kept. */
export interface EngineEvents {
  attempt(attempt: Attempt): void
  endpointHeld(endpoint: Endpoint): void
}

type Lists = { [K in keyof EngineEvents]: Set<EngineEvents[K]> }

/** The listeners of the engine's events. One that throws is logged and kept: an observer never stops a delivery. */
export class Listeners {
  readonly #log: Log
  readonly #lists: Lists = { attempt: new Set(), endpointHeld: new Set() }

  constructor(log: Log) {
    this.#log = log
  }

  add<K extends keyof EngineEvents>(event: K, listener: EngineEvents[K]): () => void {
    const list: Set<EngineEvents[K]> = this.#lists[event]
    list.add(listener)
    return () => list.delete(listener)
  }

  tell<K extends keyof EngineEvents>(event: K, ...args: Parameters<EngineEvents[K]>): void {
    for (const listener of this.#lists[event]) {
      try {
        ;(listener as (...values: Parameters<EngineEvents[K]>) => void)(...args)
      } catch (error) {
        this.#log.error({ error, event }, 'a listener threw')
      }
    }
  }
}
