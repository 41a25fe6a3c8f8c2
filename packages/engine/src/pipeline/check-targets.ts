import type { CompiledDialect } from '@posthorn/wire'
import { checkJson } from '../checks/payload.ts'
import type { TargetEntry } from '../directory/entries.ts'
import { wireMessage } from '../encoding/wire-message.ts'
import { EngineError } from '../errors.ts'
import type { StoredMessage } from '../store/queue.ts'

/** Each dialect that will carry the message is asked once, so that nothing is accepted which could never be sent. */
export function checkTargets(message: StoredMessage, targets: readonly TargetEntry[]): void {
  const asked = new Set<CompiledDialect>()
  for (const entry of targets) {
    const alike = entry.sharesBodies && !entry.secondary
    if (alike && asked.has(entry.dialect)) continue
    if (alike) asked.add(entry.dialect)
    const wire = wireMessage(entry, message)
    const problem = entry.dialect.check(wire) ?? entry.secondary?.check(wire)
    if (!problem) continue
    const hint = problem.hint ? ` ${problem.hint}` : ''
    const code = problem.code === 'invalid_payload' ? 'invalid' : 'message_refused'
    throw new EngineError(code, `${problem.message}${hint} (endpoint ${entry.target.id})`, { field: 'payload' })
  }
  if (targets.length === 0) checkJson(message.payload ?? '')
}
