import type { Engine } from '@posthorn/engine'
import type { HandlersOf } from '../http/handler.ts'
import { Refusal } from '../http/refusal.ts'
import type { Lifecycle } from '../lifecycle.ts'

/** @param logTrouble why lines of the program's log are lost; it does not keep the server from taking requests */
export function health(lifecycle: Lifecycle, logTrouble: () => string | null): HandlersOf<'health'> {
  return {
    'health.live': () => ({ status: 'ok' as const }),
    'health.ping': () => undefined,
    'health.ready': async ({ engine }) => ({ status: 'ready' as const, reasons: await reasonsOfReady(engine) }),
    'health.get': async ({ engine }) => {
      await reasonsOfReady(engine)
      return undefined
    },
  }

  /** What is wrong although requests are taken, such as deliveries that wait. @throws NotReady they are not taken */
  async function reasonsOfReady(engine: Engine): Promise<string[]> {
    const { ok, reasons } = await engine.checkHealth()
    const lost = logTrouble()
    if (ok && !lifecycle.draining) return lost === null ? [...reasons] : [...reasons, lost]
    throw new NotReady([...reasons, ...(lifecycle.draining ? ['The server is shutting down.'] : [])])
  }
}

/** A 503 with the body of /readyz. */
class NotReady extends Refusal<'not_serving'> {
  readonly #reasons: readonly string[]

  constructor(reasons: readonly string[]) {
    super(503, 'not_serving', reasons.join(' '), { headers: { 'retry-after': '5' } })
    this.#reasons = reasons
  }

  override body(): string {
    return JSON.stringify({ status: 'not ready', reasons: this.#reasons, code: this.code, detail: this.message })
  }
}
