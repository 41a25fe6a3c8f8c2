import type { JsonAt } from './json-at.ts'
import type { PresetPolicy } from '../preset.ts'

export function parsePolicy(json: JsonAt): PresetPolicy {
  const policy = json.object(['retrySchedule', 'timeoutSeconds', 'httpsOnly', 'minSecretLength', 'terminalCodes'])
  const waits = policy.get('retrySchedule').list()
  if (waits.length > 50) policy.get('retrySchedule').refuse('must have at most 50 waits')
  return {
    retrySchedule: waits.map((wait) => wait.whole(1, 7 * 86_400)),
    timeoutSeconds: policy.get('timeoutSeconds').whole(1, 60),
    httpsOnly: policy.get('httpsOnly').or(false).flag(),
    minSecretLength: policy.get('minSecretLength').or(0).whole(0, 64),
    terminalCodes: policy
      .get('terminalCodes')
      .or([])
      .list()
      .map((code) => code.whole(100, 599)),
  }
}
