import type { Clock } from '../clock.ts'
import type { Dialects } from '../directory/dialects.ts'
import { harmlessHeaders } from '../log/redact.ts'
import type { Log } from '../options.ts'
import type { Ledger } from '../store/ledger.ts'

export interface OldHeadersParts {
  readonly clock: Clock
  readonly log: Log
  readonly ledger: Ledger
  readonly dialects: Dialects
}

const rowsAStep = 500
const betweenStepsMs = 50

/**
 * An earlier version showed the values of an owner's headers unless their names were known to be credentials. What it logged is
 * hidden after the start, in small steps between deliveries: every header whose name neither a dialect writes nor is known to be harmless.
 *
 * @returns stops it; the next start goes on
 */
export function hideOldHeaders({ clock, log, ledger, dialects }: OldHeadersParts): () => void {
  const shown = [...harmlessHeaders, ...dialects.headerNames()]
  let stopped = false
  let forget: () => void = () => undefined

  function step(): void {
    ledger.hideOldHeaders(shown, rowsAStep).then(
      (more) => {
        if (more && !stopped) forget = clock.after(betweenStepsMs, step)
      },
      (error: unknown) => {
        if (!stopped) log.error({ error }, 'old headers are not hidden yet; the next start tries it again')
      },
    )
  }

  step()
  return () => {
    stopped = true
    forget()
  }
}
