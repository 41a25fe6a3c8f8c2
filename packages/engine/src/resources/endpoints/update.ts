import { isDeepStrictEqual } from 'node:util'
import { changed, endpointFields, type Endpoint, type EndpointPatch } from '@posthorn/model'
import type { CompiledDialect } from '@posthorn/wire'
import { checkBatch } from '../../checks/batch.ts'
import { checkHeaders } from '../../checks/headers.ts'
import { checkParams } from '../../checks/params.ts'
import { rateSet, settable } from '../../checks/customer.ts'
import { checkInput } from '../../checks/input.ts'
import { beginsOff, checkStep, subscriptionOf } from '../../checks/rules.ts'
import { checkNewSecret } from '../../checks/secret.ts'
import { changedAt } from '../../clock.ts'
import type { EndpointChange } from '../../directory/changes.ts'
import type { EndpointEntry } from '../../directory/entries.ts'
import { isShared } from '../../directory/rotation.ts'
import { EngineError } from '../../errors.ts'
import type { Actor } from '../../write-options.ts'
import type { ResourceParts } from '../parts.ts'
import { auditsOf } from './audits.ts'
import { checkEndpoint, checkSubscription } from './check-endpoint.ts'
import { pinnedDialect } from './pinned-dialect.ts'
import { secondFormat } from './second-format.ts'
import { sealedAlone, secretOr } from './secret.ts'
import { withSharedKey } from './with-shared-key.ts'

/** Changes an endpoint, in its application's turn. */
export async function updateEndpoint(
  parts: ResourceParts,
  entry: EndpointEntry,
  given: EndpointPatch,
  write: Actor | undefined,
): Promise<Endpoint> {
  const { directory, clock } = parts
  checkInput(endpointFields, given, 'patch')
  const before = entry.endpoint
  const { org } = before
  const app = directory.application(org, before.app)
  const { application, preset } = app
  const patch = settable('endpoint', endpointFields, withoutSentBack(given, before), before, { caller: write, preset })
  const pinned = pinnedDialect(parts, app, patch, before)
  const dialect = directory.dialectOf(app, pinned)
  const headers = patch.headers ?? before.headers
  // `null`: as it is where the vendor has it switched in a step of its own, and on elsewhere.
  const disabled =
    patch.disabled === undefined ? before.disabled : (patch.disabled ?? (beginsOff(preset) && before.disabled))
  const switchedOn = before.disabled && !disabled
  const endsHold = patch.disabled === false && before.hold !== null
  if (switchedOn || endsHold) checkStep(preset, application, 'activate')
  const moved = dialect !== entry.dialect
  if (moved) checkKept(parts, entry, patch, dialect)
  const url = checkEndpoint(parts, patch, app, dialect, { viewer: write, before })
  const keepsSecond = patch.secondary === undefined
  const second = patch.secondary
    ? secondFormat(parts, org, patch.secondary.dialect, dialect, headers, patch.secondary.version)
    : null
  // The one that stays has to fit what is changed beside it, in the version that is pinned.
  if (keepsSecond && before.secondary && (moved || patch.headers))
    secondFormat(parts, org, before.secondary.dialect, dialect, headers, before.secondary.version)
  if (second && typeof patch.secondary?.secret === 'string')
    checkNewSecret(patch.secondary.secret, second.dialect, 'secondary.secret')
  // An endpoint that had no secret of its own, since its application's key signed, gets one.
  const lacks = moved && !isShared(dialect) && before.signed && entry.secrets.length === 0
  const secret = patch.secret === undefined && lacks ? secretOr(parts, dialect, undefined) : patch.secret
  const endpoint: Endpoint = {
    ...before,
    ...changed(endpointFields, patch),
    ...pinned,
    ...rateSet(patch.rateLimit, before, application, write),
    ...(url !== null && { url }),
    ...(patch.eventTypes !== undefined && { eventTypes: subscriptionOf(preset, patch.eventTypes) }),
    disabled,
    ...(secret !== undefined && { signed: secret !== null }),
    ...(isShared(dialect) && { signed: true }),
    ...(!keepsSecond && { secondary: second && { dialect: second.dialect.dialect.name, version: second.version } }),
    pausedUntil: null,
    ...resumed(before, switchedOn || endsHold, clock.now()),
    updatedAt: changedAt(clock, before),
  }
  if (patch.secret !== undefined || patch.secondary || configures(before, endpoint))
    checkStep(preset, application, 'configure')
  checkSubscription(parts, app, before, endpoint)
  const change: EndpointChange = {
    kind: 'put_endpoint',
    endpoint,
    secrets: secret === undefined ? entry.secrets : sealedAlone(parts, before.id, secret),
    secondarySecrets: keepsSecond
      ? entry.secondarySecrets
      : sealedAlone(parts, before.id, second && secretOr(parts, second.dialect, patch.secondary?.secret)),
    create: false,
  }
  const [first, ...more] = withSharedKey(parts, app, dialect, change)
  await directory.writes.writeAll([first, ...more, ...auditsOf(parts, before, endpoint, patch, write)])
  parts.schedule.wake(endpoint.id, endpoint.app)
  return endpoint
}

/** What is no configuration: texts and ids for people, subscriptions, on and off, which are steps of their own, and what the engine sets. */
const texts = ['uid', 'name', 'description', 'metadata', 'version', 'eventTypes', 'disabled']
const otherFields: readonly string[] = texts.concat(
  Object.entries(endpointFields).flatMap(([name, { setBy }]) => (setBy === 'engine' ? [name] : [])),
)

/** Whether what is sent, or where, is changed. */
function configures(before: Endpoint, after: Endpoint): boolean {
  return Object.entries(after).some(
    ([name, value]) => !otherFields.includes(name) && !isDeepStrictEqual(value, before[name as keyof Endpoint]),
  )
}

/** A second format as an answer has it counts as left out. */
function withoutSentBack({ secondary, ...patch }: EndpointPatch, before: Endpoint): EndpointPatch {
  return secondary === undefined || isSentBack(secondary, before.secondary) ? patch : { ...patch, secondary }
}

/** Dialect and version as an answer has them, and no secret: the second format stays, with its secret. */
function isSentBack(given: EndpointPatch['secondary'], before: Endpoint['secondary']): boolean {
  return (
    given != null &&
    before !== null &&
    given.secret === undefined &&
    given.dialect === before.dialect &&
    given.version === before.version
  )
}

/**
 * Switching on ends the hold. Deliveries that were due before now stay held until `recover` asks for them. This is one change of the
 * endpoint; no row of work is written.
 */
function resumed(before: Endpoint, on: boolean, now: number): Partial<Endpoint> {
  return on && (before.disabled || before.hold !== null)
    ? { hold: null, heldAt: null, failingSince: null, resumeFrom: now }
    : {}
}

/** What a patch leaves as it is has to fit the dialect that the endpoint moves to: headers, params, batches and secrets. */
function checkKept(
  { vault }: Pick<ResourceParts, 'vault'>,
  entry: EndpointEntry,
  patch: EndpointPatch,
  dialect: CompiledDialect,
): void {
  const { headers, batch, params } = entry.endpoint
  if (!patch.headers) checkHeaders(headers, dialect, headers)
  if (!patch.params) checkParams(params, dialect)
  if (patch.batch === undefined && batch) checkBatch(batch, dialect)
  if (patch.secret !== undefined || isShared(dialect)) return
  for (const secret of vault.keptSecretsOf(entry))
    if (dialect.checkSecret(secret))
      throw new EngineError(
        'secret_refused',
        `The secret of this endpoint does not have the form of ${dialect.dialect.title}. Give a new \`secret\` together with the dialect.`,
        { field: 'secret' },
      )
}
