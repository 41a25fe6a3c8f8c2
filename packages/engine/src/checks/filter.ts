import { compileFilter, FilterError } from '@posthorn/preset'
import { EngineError } from '../errors.ts'

/** A filter that can be compiled, bounded in size. @throws EngineError `filter_refused` */
export function checkFilter(filter: unknown): void {
  try {
    compileFilter(filter)
  } catch (error) {
    if (!(error instanceof FilterError)) throw error
    throw new EngineError('filter_refused', error.message, { field: 'filter' })
  }
}
