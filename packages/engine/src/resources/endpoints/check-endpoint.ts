import { paramTexts, type Endpoint, type EndpointPatch } from '@posthorn/model'
import { takenParameter, type CompiledDialect } from '@posthorn/wire'
import { checkBatch } from '../../checks/batch.ts'
import { unknownEventType } from '../../checks/event-type.ts'
import { checkFilter } from '../../checks/filter.ts'
import { sees } from '../../checks/feature-flags.ts'
import { checkHeaders } from '../../checks/headers.ts'
import { checkParams } from '../../checks/params.ts'
import {
  checkActiveBeforeSubscribing,
  checkNoOwnSecret,
  checkSecretOfVendor,
  checkStep,
  checkSubscribedPlatforms,
  subscribesMore,
} from '../../checks/rules.ts'
import { checkNewSecret } from '../../checks/secret.ts'
import type { ApplicationEntry } from '../../directory/entries.ts'
import { isShared } from '../../directory/rotation.ts'
import { EngineError } from '../../errors.ts'
import type { Viewer } from '../../write-options.ts'
import type { ResourceParts } from '../parts.ts'

type EndpointParts = Pick<ResourceParts, 'directory' | 'transport' | 'policy'>

/**
 * Refuses values that this dialect, this application or the transport does not take, before anything is written. Returns the
 * address in its canonical form; `null`: none was given.
 *
 * @param around who asks, and the endpoint that is changed: what it has may be sent back
 */
export function checkEndpoint(
  { directory, transport, policy }: EndpointParts,
  input: EndpointPatch,
  app: ApplicationEntry,
  dialect: CompiledDialect,
  { viewer = {}, before }: { readonly viewer?: Viewer | undefined; readonly before?: Endpoint } = {},
): string | null {
  if (input.filter) checkFilter(input.filter)
  if (input.batch) checkBatch(input.batch, dialect)
  if (input.headers) checkHeaders(input.headers, dialect, before?.headers)
  if (input.params) checkParams(paramTexts(input.params), dialect)
  if (isShared(dialect)) checkNoOwnSecret(dialect.dialect.title, input.secret)
  else if (typeof input.secret === 'string') checkNewSecret(input.secret, dialect)
  checkSecretOfVendor(app.preset, input.secret, dialect)
  checkEventTypes(directory, input.eventTypes ?? [], app, viewer, before?.eventTypes)
  if (input.url === undefined) return null
  const { httpsOnly } = app.preset?.policy ?? policy
  const checked = transport.check(input.url, { httpsOnly })
  if (!checked.ok) throw new EngineError('address_refused', checked.message, { field: 'url' })
  const taken = checked.url === before?.url ? null : takenParameter(dialect, checked.url)
  if (taken !== null) throw new EngineError('address_refused', taken, { field: 'url' })
  return checked.url
}

/** Refuses event types that this application or its viewer does not have. One that the endpoint has already may be archived meanwhile. */
export function checkEventTypes(
  directory: EndpointParts['directory'],
  names: readonly string[],
  app: ApplicationEntry,
  viewer: Viewer,
  before?: readonly string[] | null,
): void {
  for (const name of names) {
    const type = directory.findEventType(app.application.org, name)
    const isNew = !before?.includes(name)
    if (!type || (isNew && !(sees(viewer, type) && directory.hasEventType(app, name))))
      throw unknownEventType(
        name,
        directory.eventTypesOf(app).flatMap((known) => (sees(viewer, known) ? [known.name] : [])),
        'eventTypes',
      )
  }
}

/** What the preset asks for before an endpoint is subscribed to more, and which platforms it knows. */
export function checkSubscription(
  { directory }: Pick<EndpointParts, 'directory'>,
  app: ApplicationEntry,
  before: Endpoint | null,
  after: Endpoint,
): void {
  if (subscribesMore(before, after)) {
    checkActiveBeforeSubscribing(app.preset, before !== null && !before.disabled)
    checkStep(app.preset, app.application, 'subscribe')
  }
  checkSubscribedPlatforms(app.preset, after, (name) => directory.findEventType(after.org, name))
}
