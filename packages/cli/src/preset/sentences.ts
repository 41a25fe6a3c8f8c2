import type { PresetOut } from '@posthorn/api'

/** How a preset delivers, in sentences. */
export function policySentences(policy: PresetOut['policy']): string[] {
  const { retrySchedule, timeoutSeconds, httpsOnly, minSecretLength, terminalCodes } = policy
  return [
    retrySchedule.length === 0
      ? 'There is one attempt: what fails is not tried again.'
      : `There are ${retrySchedule.length + 1} attempts. After a failure the next one waits ${list(retrySchedule.map(span), ', then ')}.`,
    `An attempt that has no answer after ${span(timeoutSeconds)} has failed.`,
    ...(terminalCodes.length === 0
      ? []
      : [`After ${list(terminalCodes.map(String), ' or ')} there is no further attempt.`]),
    ...(httpsOnly ? ['Endpoints are https only.'] : []),
    ...(minSecretLength > 0 ? [`A secret has at least ${minSecretLength} characters.`] : []),
  ]
}

const activations = {
  immediate: 'An endpoint works from the moment it is created.',
  toggle: 'An endpoint begins switched off, unless its creator says otherwise.',
  step: 'An endpoint begins switched off. Switching it on is a step of its own, before anything can be subscribed to.',
}

const subscriptions = {
  all: 'An endpoint that names no event types takes all of them.',
  explicit: 'An endpoint takes the event types that it names, and none by itself.',
}

/** What a preset allows and when, in sentences. */
export function ruleSentences({ activation, subscription, maxEndpoints, requires }: PresetOut['rules']): string[] {
  return [
    activations[activation],
    subscriptions[subscription],
    ...(maxEndpoints === null
      ? []
      : [`An application has at most ${maxEndpoints} ${maxEndpoints === 1 ? 'endpoint' : 'endpoints'}.`]),
    ...requires.map(
      ({ before, facts, because, remedy }) =>
        `Before ${list(before.map(step), ' or ')}, the facts must match ${JSON.stringify(facts)}. Otherwise: ${because} ${remedy}`,
    ),
  ]
}

const steps: Readonly<Record<string, string>> = {
  configure: 'an endpoint is created or changed',
  activate: 'it is switched on',
  subscribe: 'it is subscribed',
  send: 'a message is sent',
}

function step(name: string): string {
  return steps[name] ?? name
}

/** `90 s`, `5 min`, `2 h`: in the largest unit that loses nothing. */
function span(seconds: number): string {
  if (seconds >= 3600 && seconds % 3600 === 0) return `${seconds / 3600} h`
  return seconds >= 60 && seconds % 60 === 0 ? `${seconds / 60} min` : `${seconds} s`
}

function list(items: readonly string[], last: string): string {
  const [end = ''] = items.slice(-1)
  return items.length < 2 ? end : items.slice(0, -1).join(', ') + last + end
}
