import type { LiveDelivery } from './live-delivery.ts'

/** Deliveries suspected of killing their process (`suspicion`): each is tried with nothing else out. */
export class Suspects {
  readonly #waiting: LiveDelivery[] = []
  /** How many wait for their trial. */
  count = 0
  /** One is out: nothing else may leave. */
  isOut = false

  push(delivery: LiveDelivery): void {
    this.count = this.#waiting.push(delivery)
  }

  leave(): LiveDelivery | null {
    const delivery = this.#waiting.shift() ?? null
    this.count = this.#waiting.length
    this.isOut = delivery !== null
    return delivery
  }

  arrive(): void {
    this.isOut = false
  }

  drain(): LiveDelivery[] {
    this.count = 0
    return this.#waiting.splice(0)
  }
}
