import { Deque } from './deque.ts'
import type { LiveDelivery } from './live-delivery.ts'

/** Deliveries suspected of killing their process (`suspicion`): each is tried with nothing else out. */
export class Suspects {
  readonly #waiting = new Deque<LiveDelivery>()
  #isOut = false

  get waiting(): boolean {
    return this.#waiting.length > 0
  }

  /** One is out: nothing else may leave. */
  get isOut(): boolean {
    return this.#isOut
  }

  push(delivery: LiveDelivery): void {
    this.#waiting.push(delivery)
  }

  leave(): LiveDelivery | null {
    const delivery = this.#waiting.shift() ?? null
    this.#isOut = delivery !== null
    return delivery
  }

  arrive(): void {
    this.#isOut = false
  }

  drain(): LiveDelivery[] {
    return this.#waiting.drain()
  }
}
