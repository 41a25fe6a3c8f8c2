import type { EndpointEntry } from '../directory/entries.ts'
import type { RecoverParts } from './recover.ts'

/** Somebody wants it sent now, although the receiver asked for a pause: the pause ends. One row changes. `false`: there was none. */
export async function endPause(
  { directory, schedule, clock }: Pick<RecoverParts, 'directory' | 'schedule' | 'clock'>,
  { endpoint: { id, app, pausedUntil } }: EndpointEntry,
): Promise<boolean> {
  if (pausedUntil === null || pausedUntil <= clock.now()) return false
  await directory.writes.exclusively(app, async () => {
    const entry = directory.endpointById(id)
    if (!entry) return
    const { secrets, secondarySecrets } = entry
    const endpoint = { ...entry.endpoint, pausedUntil: null }
    await directory.writes.write({
      kind: 'put_endpoint',
      endpoint,
      secrets,
      secondarySecrets,
      create: false,
      healthOnly: true,
    })
  })
  schedule.wake(id, app)
  return true
}
