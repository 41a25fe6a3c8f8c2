import type { PresetOut } from '@posthorn/api'

/** How a preset delivers, in sentences. */
export function policySentences(policy: PresetOut['policy']): string[] {
  const { retrySchedule, timeoutSeconds, httpsOnly, minSecretLength, terminalCodes } = policy
  return [
    retrySchedule.length === 0
      ? 'There is one attempt; a failure is not retried.'
      : `There are ${retrySchedule.length + 1} attempts. The wait after a failure is ${list(retrySchedule.map(span), ', then ')}.`,
    `An attempt without a response after ${span(timeoutSeconds)} is a failure.`,
    ...(terminalCodes.length === 0
      ? []
      : [`After ${list(terminalCodes.map(String), ' or ')} there is no further attempt.`]),
    ...(httpsOnly ? ['Endpoints are https only.'] : []),
    ...(minSecretLength > 0 ? [`A secret has at least ${minSecretLength} characters.`] : []),
  ]
}

const activations = {
  immediate: 'A new endpoint is on.',
  toggle: 'A new endpoint is off, unless the request that creates it says otherwise.',
  step: 'A new endpoint is off. It must be switched on before it can subscribe to event types.',
}

const subscriptions = {
  all: 'An endpoint without event types gets all of them.',
  explicit: 'An endpoint gets only the event types that it names.',
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

/** `90 s`, `5 min`, `2 h`: in the largest unit that is exact. */
function span(seconds: number): string {
  if (seconds >= 3600 && seconds % 3600 === 0) return `${seconds / 3600} h`
  return seconds >= 60 && seconds % 60 === 0 ? `${seconds / 60} min` : `${seconds} s`
}

function list(items: readonly string[], last: string): string {
  const [end = ''] = items.slice(-1)
  return items.length < 2 ? end : items.slice(0, -1).join(', ') + last + end
}
