import { mostOverlapSeconds } from '../directory/rotation.ts'
import { EngineError } from '../errors.ts'

/** How long the secret before goes on. @throws EngineError `invalid` */
export function checkOverlap(seconds: number): void {
  if (!(seconds >= 0 && seconds <= mostOverlapSeconds))
    throw new EngineError('invalid', 'The overlap of a rotation is 0 seconds to 7 days.', { field: 'overlapSeconds' })
}
