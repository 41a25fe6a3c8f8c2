/** How often and how long it is tried, and what counts as success. */
import { markdown, type Dialect } from '@posthorn/wire'
import type { AllWords } from './words.ts'
import type { Preset } from '../preset.ts'

export function deliverySection({ policy }: Preset, dialect: Dialect, words: AllWords): string[] {
  const { retrySchedule, timeoutSeconds, terminalCodes } = policy
  const attempts = retrySchedule.length + 1
  const accepted = dialect.receive?.replies?.accepted?.status
  return [
    markdown.heading(2, words.response),
    markdown.bullets([
      `Any answer from 200 to 299 is a success${accepted === undefined ? '' : `; ${accepted} is what the vendor's own receivers give`}.`,
      `An attempt that has no answer after ${duration(timeoutSeconds)} has failed.`,
      attempts === 1
        ? 'There is one attempt: what fails is not tried again.'
        : `There are ${attempts} attempts. After a failure the next one waits ${listOf(retrySchedule.map(duration), ', then ')}.`,
      ...(terminalCodes.length === 0
        ? []
        : [
            `After ${listOf(
              terminalCodes.map((status) => markdown.code(String(status))),
              ' or ',
            )} there is no further attempt.`,
          ]),
    ]),
  ]
}

/** `90 s`, `5 min`, `2 h`: in the largest unit that loses nothing. */
function duration(seconds: number): string {
  if (seconds >= 3600 && seconds % 3600 === 0) return `${seconds / 3600} h`
  return seconds >= 60 && seconds % 60 === 0 ? `${seconds / 60} min` : `${seconds} s`
}

function listOf(items: readonly string[], last: string): string {
  const [end = ''] = items.slice(-1)
  return items.length < 2 ? end : items.slice(0, -1).join(', ') + last + end
}
