import type { PresetOut } from '@posthorn/api'
import { policySentences as deliverySentences } from '@posthorn/preset'

/** How a preset delivers and what it asks of an endpoint, in sentences. */
export function policySentences(policy: PresetOut['policy']): string[] {
  const { httpsOnly, minSecretLength } = policy
  return [
    ...deliverySentences(policy),
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

function list(items: readonly string[], last: string): string {
  const [end = ''] = items.slice(-1)
  return items.length < 2 ? end : items.slice(0, -1).join(', ') + last + end
}
