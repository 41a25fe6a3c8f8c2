import type { Preset } from '@posthorn/preset'
import type { Endpoint } from '../model.ts'
import type { Policy } from '../options.ts'

/** The policy of an endpoint. Nearest wins: endpoint, preset, server. */
export function policyOf(
  preset: Preset | null,
  { retrySchedule, timeoutSeconds }: Pick<Endpoint, 'retrySchedule' | 'timeoutSeconds'>,
  server: Policy,
): Policy {
  const { terminalCodes, httpsOnly, ...waits } = preset?.policy ?? server
  return {
    retrySchedule: retrySchedule ?? waits.retrySchedule,
    timeoutSeconds: timeoutSeconds ?? waits.timeoutSeconds,
    terminalCodes,
    httpsOnly,
  }
}
