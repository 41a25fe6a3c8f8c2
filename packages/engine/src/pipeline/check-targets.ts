import { checkJson } from '../checks/payload.ts'
import type { TargetEntry } from '../directory/entries.ts'
import { carryProblem, textOf, type CarryProblem } from '../encoding/carry.ts'
import type { Format } from '../encoding/wire-message.ts'
import { EngineError } from '../errors.ts'
import type { StoredMessage } from '../store/queue.ts'

/**
 * Refuses a message that the application's own format cannot carry: the producer's mistake. Endpoints that speak its dialect with
 * params of their own, or in a version that they keep, may carry it instead. What else an endpoint is set to (another dialect, no
 * params where others have them, a second format) refuses nothing here: such a delivery fails at that endpoint alone, with
 * `not_encodable` in the log. So what a customer subscribes or changes makes no accept fail.
 *
 * @returns the format that was found able to carry it; `null`: it was not, or nothing is ever sent
 * @throws EngineError `message_refused`, `invalid`
 */
export function checkMessage(message: StoredMessage, own: Format, targets: readonly TargetEntry[]): Format | null {
  if (!message.deliver) {
    checkJson(message.payload ?? '')
    return null
  }
  const problem = carryProblem(message, own, own.dialect)
  if (!problem) return own
  const { name } = own.dialect.dialect
  const speakers = targets.filter(
    ({ dialect, sharesBodies }) => dialect.dialect.name === name && !(sharesBodies && dialect === own.dialect),
  )
  if (!speakers.some((entry) => !carryProblem(message, entry, entry.dialect))) throw refused(problem, '')
  return null
}

/** The same for a message that goes to these targets only, whatever the application's format is. */
export function checkOnly(message: StoredMessage, targets: readonly TargetEntry[]): null {
  for (const target of targets) checkTarget(message, target)
  return null
}

/** Refuses a message that one target cannot carry, in either of its formats: for a message that goes nowhere else. */
export function checkTarget(message: StoredMessage, entry: TargetEntry): void {
  for (const dialect of [entry.dialect, entry.secondary]) {
    const problem = dialect && carryProblem(message, entry, dialect)
    if (problem) throw refused(problem, ` (${entry.target.kind} ${entry.target.id})`)
  }
}

function refused(problem: NonNullable<CarryProblem>, at: string): EngineError {
  const code = problem.code === 'invalid_payload' ? 'invalid' : 'message_refused'
  return new EngineError(code, `${textOf(problem)}${at}`, { field: 'payload' })
}
