/** How a policy delivers, in sentences: for the page of a vendor's customers and for the command line. */
import type { Preset } from '../preset.ts'

type DeliveryPolicy = Pick<Preset['policy'], 'retrySchedule' | 'timeoutSeconds' | 'terminalCodes'>

/**
 * @returns plain text, one sentence or two each
 * @example
 * policySentences({ retrySchedule: [60, 300], timeoutSeconds: 10, terminalCodes: [] })
 * // ['There are 3 attempts. The wait after a failure is 1 min, then 5 min.', 'An attempt without a response after 10 s is a failure.']
 */
export function policySentences({ retrySchedule, timeoutSeconds, terminalCodes }: DeliveryPolicy): string[] {
  return [
    retrySchedule.length === 0
      ? 'There is one attempt; a failure is not retried.'
      : `There are ${retrySchedule.length + 1} attempts. The wait after a failure is ${list(retrySchedule.map(duration), ', then ')}.`,
    `An attempt without a response after ${duration(timeoutSeconds)} is a failure.`,
    ...(terminalCodes.length === 0
      ? []
      : [`After ${list(terminalCodes.map(String), ' or ')} there is no further attempt.`]),
  ]
}

/** `90 s`, `5 min`, `2 h`: in the largest unit that is exact. */
function duration(seconds: number): string {
  if (seconds >= 3600 && seconds % 3600 === 0) return `${seconds / 3600} h`
  return seconds >= 60 && seconds % 60 === 0 ? `${seconds / 60} min` : `${seconds} s`
}

function list(items: readonly string[], last: string): string {
  const [end = ''] = items.slice(-1)
  return items.length < 2 ? end : items.slice(0, -1).join(', ') + last + end
}
