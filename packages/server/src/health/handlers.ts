import type { HandlersOf } from '../http/handler.ts'
import { Refusal } from '../http/refusal.ts'
import type { Lifecycle } from '../lifecycle.ts'

export function health(lifecycle: Lifecycle): HandlersOf<'health'> {
  return {
    'health.live': () => ({ status: 'ok' as const }),
    'health.ready': async ({ engine }) => {
      const reasons = reasonsAgainst(await engine.checkHealth())
      if (reasons.length > 0) throw new NotReady(reasons)
      return { status: 'ready' as const, reasons: [] }
    },
    'health.get': async ({ engine }) => {
      const reasons = reasonsAgainst(await engine.checkHealth())
      if (reasons.length > 0) throw new NotReady(reasons)
      return undefined
    },
  }

  function reasonsAgainst(state: { ok: boolean; reasons: readonly string[] }): string[] {
    const reasons = state.ok ? [] : [...state.reasons]
    if (!state.ok && reasons.length === 0) reasons.push('The engine reports a fault without a reason.')
    if (lifecycle.draining) reasons.push('The server is shutting down.')
    return reasons
  }
}

/** A 503 with the body of /readyz. */
class NotReady extends Refusal {
  readonly #reasons: readonly string[]

  constructor(reasons: readonly string[]) {
    super(503, 'not_ready', reasons.join(' '), { headers: { 'retry-after': '5' } })
    this.#reasons = reasons
  }

  override body(): string {
    return JSON.stringify({ status: 'not ready', reasons: this.#reasons, code: this.code, detail: this.message })
  }
}
