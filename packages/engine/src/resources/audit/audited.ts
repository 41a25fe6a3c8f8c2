import type { Actor } from '../../write-options.ts'
import type { AuditEntry } from '../../model.ts'
import type { ResourceParts } from '../parts.ts'

/** The audit entry of a change, to be written in its transaction. */
export function audited(
  { clock, newId }: Pick<ResourceParts, 'clock' | 'newId'>,
  write: Actor | undefined,
  entry: Pick<AuditEntry, 'org' | 'app' | 'action' | 'target'> & Partial<Pick<AuditEntry, 'detail'>>,
): { readonly kind: 'audit'; readonly row: AuditEntry } {
  const at = clock.now()
  const row = { id: newId('audit', at), at, actor: write?.actor ?? 'engine', detail: {}, ...entry }
  return { kind: 'audit', row }
}
