/** The steps before the first message arrives. They follow from the vendor's rules. */
import { markdown, type Dialect } from '@posthorn/wire'
import type { AllWords } from './words.ts'
import type { Preset, Requirement, Step } from '../preset.ts'

export function setUpSection(preset: Preset, dialect: Dialect, words: AllWords): string[] {
  const { requires } = preset.rules
  return [
    markdown.heading(2, words.configure),
    markdown.steps([
      addressStep(preset, words),
      ...secretStep(preset, dialect, words),
      ...activationStep(preset, words),
      subscriptionStep(preset, words),
    ]),
    ...(requires.length === 0
      ? []
      : ['Some steps need something first:', markdown.bullets(requires.map((one) => requirement(one, words)))]),
  ]
}

function addressStep({ policy, rules: { maxEndpoints } }: Preset, words: AllWords): string {
  const kind = policy.httpsOnly
    ? `${markdown.code('https:')} only`
    : `${markdown.code('https:')} or ${markdown.code('http:')}`
  const limit =
    maxEndpoints === null
      ? ''
      : maxEndpoints === 1
        ? ' There can be one only.'
        : ` There can be ${maxEndpoints} at most.`
  return `${named(words.endpoint)}: give the ${named(words.url)} that takes the requests, ${kind}.${limit}`
}

function secretStep({ policy: { minSecretLength } }: Preset, { signatures }: Dialect, words: AllWords): string[] {
  const [first] = signatures
  if (first === undefined) return []
  const least = minSecretLength > 0 ? `, at least ${minSecretLength} characters` : ''
  return first.key.scope === 'app'
    ? [
        `${named(words.signingKey)}: the ${named(words.application)} has one for everything that it sends${least}. Keep it where the receiver reads it.`,
      ]
    : [
        `${named(words.secret)}: set one${least}, and keep it where the receiver reads it.${
          first.key.optional === true ? ' Without one, requests arrive unsigned.' : ''
        }`,
      ]
}

function activationStep({ rules: { activation } }: Preset, words: AllWords): string[] {
  switch (activation) {
    case 'immediate':
      return []
    case 'toggle':
      return [`${named(words.isActive)}: it begins switched off, unless you switch it on when you create it.`]
    case 'step':
      return [`${named(words.activate)}: it begins switched off, and nothing can be subscribed to before this.`]
  }
}

function subscriptionStep({ rules: { subscription } }: Preset, words: AllWords): string {
  return subscription === 'all'
    ? `${named(words.subscribe)}: choose from the ${named(words.supportedEvents)}, or nothing to get all of them.`
    : `${named(words.subscribe)}: choose from the ${named(words.supportedEvents)}. Without a choice nothing is sent.`
}

function requirement({ before, because, remedy }: Requirement, words: AllWords): string {
  const names = before.map((step) => stepName(step, words)).join(', ')
  return `${names}: ${markdown.inline(because)} ${markdown.inline(remedy)}`
}

function stepName(step: Step, words: AllWords): string {
  return named(step === 'send' ? words.message : words[step])
}

function named(word: string): string {
  return `**${markdown.inline(word)}**`
}
