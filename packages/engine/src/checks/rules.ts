import { compileFilter, steps, type CompiledFilter, type Preset, type Requirement, type Step } from '@posthorn/preset'
import type { CompiledDialect } from '@posthorn/wire'
import { EngineError } from '../errors.ts'
import type { Application, Endpoint, EventType } from '../model.ts'

/**
 * What a vendor allows, and when. The rules are data of a preset; these pure functions enforce them. Each
 * throws an `EngineError` whose text is for the person who has to fix it: what was refused, whose rule it is, what to do.
 * An application without a preset has no rules.
 */

/** Whether an endpoint is switched on when its creator does not say. */
export function beginsOff(preset: Preset | null): boolean {
  return preset !== null && preset.rules.activation !== 'immediate'
}

/** Event types as they are stored, each once: where everything is subscribed by name, naming nothing is none. */
export function subscriptionOf(
  preset: Preset | null,
  eventTypes: readonly string[] | null | undefined,
): readonly string[] | null {
  if (eventTypes?.length) return [...new Set(eventTypes)]
  return preset?.rules.subscription === 'explicit' ? [] : null
}

/** Whether `after` takes anything that `before` did not. */
export function subscribesMore(
  before: Pick<Endpoint, 'eventTypes'> | null,
  after: Pick<Endpoint, 'eventTypes'>,
): boolean {
  if (after.eventTypes === null) return before === null || before.eventTypes !== null
  if (before === null) return after.eventTypes.length > 0
  return before.eventTypes !== null && after.eventTypes.some((type) => !before.eventTypes?.includes(type))
}

/**
 * A plan that a step needs is needed for every later step too: without it the customer has no webhooks. What has to happen before a step
 * (`readiness`) is asked at this step only: the device that was unenrolled last is still reported. @throws EngineError `plan_required`,
 * `not_ready`
 */
export function checkStep(preset: Preset | null, application: Application, step: Step): void {
  if (!preset) return
  const missing = preset.rules.requires.find((rule) => isAskedAt(rule, step) && !holds(rule, application))
  if (!missing) return
  const stands = Object.keys(preset.rules.facts)
    .filter((name) => mentions(missing.facts, name))
    .map(
      (name) =>
        `${name} is ${Object.hasOwn(application.facts, name) ? JSON.stringify(application.facts[name]) : 'not known'}`,
    )
  throw new EngineError(
    missing.kind === 'plan' ? 'plan_required' : 'not_ready',
    `${missing.because} ${missing.remedy} (Of this application ${stands.join(' and ')}.)`,
  )
}

/** Whether a filter on facts asks for one of them, at any depth. */
function mentions(filter: unknown, fact: string): boolean {
  if (typeof filter !== 'object' || filter === null) return false
  return Object.entries(filter).some(([name, inside]) => name === fact || mentions(inside, fact))
}

function isAskedAt({ before, kind }: Requirement, step: Step): boolean {
  if (kind === 'readiness') return before.includes(step)
  return before.some((first) => steps.indexOf(first) <= steps.indexOf(step))
}

/** Every message asks, and a preset does not change. */
const compiled = new WeakMap<Requirement, CompiledFilter>()

function holds(rule: Requirement, application: Application): boolean {
  let filter = compiled.get(rule)
  if (!filter) {
    filter = compileFilter(rule.facts)
    compiled.set(rule, filter)
  }
  return filter.matches(application.facts)
}

/** @throws EngineError `endpoint_limit` */
export function checkEndpointCount(preset: Preset | null, existing: readonly string[]): void {
  const most = preset?.rules.maxEndpoints ?? null
  if (!preset || most === null || existing.length < most) return
  const has = existing.slice(0, 3).join(', ')
  throw new EngineError(
    'endpoint_limit',
    `${preset.title} has ${most === 1 ? 'one endpoint' : `at most ${most} endpoints`} per application, and this one has ${has}. Change or delete that instead.`,
  )
}

/** An endpoint is switched on in a step of its own. @throws EngineError `activation_required` */
export function checkCreatedOff(preset: Preset | null, disabled: boolean | null | undefined): void {
  if (preset?.rules.activation !== 'step' || disabled !== false) return
  throw new EngineError(
    'activation_required',
    `With ${preset.title} an endpoint is saved first and activated in a step of its own. Leave \`disabled\` out, then activate it.`,
    { field: 'disabled' },
  )
}

/** Subscribing comes after activating. @throws EngineError `activation_required` */
export function checkActiveBeforeSubscribing(preset: Preset | null, isOn: boolean): void {
  if (preset?.rules.activation !== 'step' || isOn) return
  throw new EngineError(
    'activation_required',
    `With ${preset.title} an endpoint is activated before it is subscribed to events, and this one is not active. Activate it first, then subscribe.`,
    { field: 'eventTypes' },
  )
}

/** A vendor signs, except where its format says that a receiver may do without. @throws EngineError `secret_refused` */
export function checkSecretOfVendor(
  preset: Preset | null,
  secret: string | null | undefined,
  { dialect }: Pick<CompiledDialect, 'dialect'>,
): void {
  if (!preset || secret === undefined) return
  const least = preset.policy.minSecretLength
  const mayBeUnsigned = least === 0 && dialect.signatures.every(({ key }) => key.optional === true)
  if (secret === null ? mayBeUnsigned : secret.length >= least) return
  if (secret === null)
    throw new EngineError(
      'secret_refused',
      `${preset.title} signs what it sends${least > 0 ? `, with a secret of at least ${least} characters` : ''}. Choose a secret, or leave it out and one is made.`,
      { field: 'secret' },
    )
  throw new EngineError(
    'secret_refused',
    `A secret of ${preset.title} has at least ${least} characters; this one has ${secret.length}. Choose a longer one, or leave it out and one is made.`,
    { field: 'secret' },
  )
}

/** @throws EngineError `secret_refused` */
export function checkNoOwnSecret(title: string, secret: string | null | undefined): void {
  if (secret === undefined) return
  throw new EngineError(
    'secret_refused',
    `${title} has one signing key for all endpoints of an application, so an endpoint has no secret of its own. Leave it out; the application's signing key is shown and reset there.`,
    { field: 'secret' },
  )
}

/** The platforms of an endpoint are the vendor's, and what it names exists on one of them. @throws EngineError `platform_unsupported` */
export function checkSubscribedPlatforms(
  preset: Preset | null,
  endpoint: Pick<Endpoint, 'eventTypes' | 'platforms'>,
  eventType: (name: string) => EventType | null,
): void {
  const { platforms } = endpoint
  if (!platforms) return
  for (const platform of platforms) checkPlatform(preset, platform, 'platforms')
  for (const name of endpoint.eventTypes ?? []) {
    const exists = eventType(name)?.platforms
    if (!exists || exists.some((platform) => platforms.includes(platform))) continue
    throw new EngineError(
      'platform_unsupported',
      `${name} does not exist on ${platforms.join(', ')}; it exists on ${listed(exists)}. Subscribe to one of these platforms, or leave the event type out.`,
      { field: 'platforms' },
    )
  }
}

/** What the support matrix excludes is not sent. @throws EngineError `platform_unsupported` */
export function checkMatrix(preset: Preset | null, platform: string | null, eventType: EventType | null): void {
  if (platform === null) return
  checkPlatform(preset, platform, 'platform')
  const exists = eventType?.platforms
  if (!exists || exists.includes(platform)) return
  throw new EngineError(
    'platform_unsupported',
    `${eventType.name} does not exist on ${platform}; it exists on ${listed(exists)}. Send it for one of these, or change the event type's platforms.`,
    { field: 'platform' },
  )
}

function checkPlatform(preset: Preset | null, platform: string, field: string): void {
  const known = preset?.platforms ?? []
  if (known.length === 0 || known.includes(platform)) return
  throw new EngineError(
    'platform_unsupported',
    `There is no platform ${JSON.stringify(platform.slice(0, 80))} with ${preset?.title ?? ''}. There are: ${known.join(', ')}.`,
    { field },
  )
}

function listed(platforms: readonly string[]): string {
  return platforms.length === 0 ? 'none' : platforms.join(', ')
}
