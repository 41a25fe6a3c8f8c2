import { inputProblem, type Fields, type InputKind } from '@posthorn/model'
import { EngineError } from '../errors.ts'

/**
 * Refuses an input of the wrong shape. The fields of the noun say which shape that is. The server has checked bodies by the same
 * fields; this is for programs that use the engine as a library. @throws EngineError `invalid`
 */
export function checkInput(fields: Fields, input: unknown, kind: InputKind): void {
  const problem = inputProblem(fields, input, kind)
  if (problem) throw new EngineError('invalid', problem.message, { field: problem.field })
}
