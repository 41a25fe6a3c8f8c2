import type { CompiledDialect } from '@posthorn/wire'
import type { TargetEntry } from '../directory/entries.ts'
import type { StoredMessage } from '../store/queue.ts'
import type { LiveMessage } from './live-message.ts'
import { wireMessage, type Format } from './wire-message.ts'

/** Why a dialect cannot carry a message, `null` when it can. */
export type CarryProblem = ReturnType<CompiledDialect['check']>

export function carryProblem(
  message: StoredMessage,
  { params }: Pick<Format, 'params'>,
  dialect: CompiledDialect,
): CarryProblem {
  return dialect.check(wireMessage({ params }, message))
}

export function textOf({ message, hint }: NonNullable<CarryProblem>): string {
  return hint ? `${message} ${hint}` : message
}

/**
 * A dialect encodes what it is given and does not look again. So everything is checked before: by the accept for the application's own
 * format, and here for every other target, and where the format was changed since the accept.
 *
 * @throws Error the target's dialect cannot carry the message
 */
export function mustCarry(target: TargetEntry, { stored, checked }: LiveMessage): void {
  const isChecked = checked !== null && checked.dialect === target.dialect && checked.params === target.params
  const problem =
    (isChecked ? null : carryProblem(stored, target, target.dialect)) ??
    (target.secondary && carryProblem(stored, target, target.secondary))
  if (problem) throw new Error(textOf(problem))
}
