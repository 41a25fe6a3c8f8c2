import type { Params } from '@posthorn/model'
import type { CompiledDialect } from '@posthorn/wire'
import { EngineError } from '../errors.ts'

/** A message that can be sent in every dialect, except for its params. */
const probe = { id: 'msg_1', type: 'probe', payload: '{}', occurredAt: 0, acceptedAt: 0 }

/**
 * Params that this dialect can write where it has them. A param that is missing is no mistake here, because a message may bring it.
 * @throws EngineError `invalid`
 */
export function checkParams(params: Params, compiled: CompiledDialect): void {
  if (Object.keys(params).length === 0) return
  const { dialect } = compiled
  const others = Object.fromEntries(Object.keys(dialect.params ?? {}).map((name) => [name, '1']))
  const problem = compiled.check({ ...probe, params: { ...others, ...params }, claim: params['claim'] ?? 'probe' })
  if (!problem) return
  const hint = problem.hint ? ` ${problem.hint}` : ''
  throw new EngineError('invalid', `${dialect.title} cannot write these params: ${problem.message}${hint}`, {
    field: 'params',
  })
}
