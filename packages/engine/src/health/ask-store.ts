import type { Clock } from '../clock.ts'
import type { Store } from '../store/store.ts'

/** Whoever asks for the health of a process waits no longer: a load balancer gives up after a few seconds itself. */
const patienceMs = 2_000

/** Why the store cannot be written, found out now by asking for its locks; empty: it can. Never rejects. */
export async function askStore(clock: Clock, { queue, ledger, trouble }: Store): Promise<readonly string[]> {
  let forget: () => void = () => undefined
  const late = new Promise<'late'>((resolve) => {
    forget = clock.after(patienceMs, () => resolve('late'))
  })
  const answered = await Promise.race([Promise.allSettled([queue.writable(), ledger.writable()]), late])
  forget()
  const known = trouble()
  if (answered !== 'late' || known.length > 0) return known
  return [
    `The database has not answered for ${patienceMs / 1000} s: another process may have locked it, or the disk is slow.`,
  ]
}
