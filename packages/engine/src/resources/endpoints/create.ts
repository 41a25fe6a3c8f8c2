import { created, endpointFields, type Endpoint, type EndpointInput } from '@posthorn/model'
import { rateSet, settable } from '../../checks/customer.ts'
import { checkInput } from '../../checks/input.ts'
import { beginsOff, checkCreatedOff, checkEndpointCount, checkStep, subscriptionOf } from '../../checks/rules.ts'
import { checkNewSecret } from '../../checks/secret.ts'
import type { DirectoryChange, EndpointChange } from '../../directory/changes.ts'
import type { ApplicationEntry } from '../../directory/entries.ts'
import { isShared } from '../../directory/rotation.ts'
import { idempotencyRecord } from '../../idempotency.ts'
import type { WriteOptions } from '../../write-options.ts'
import { audited } from '../audit/audited.ts'
import type { ResourceParts } from '../parts.ts'
import { checkEndpoint, checkSubscription } from './check-endpoint.ts'
import { pinnedDialect } from './pinned-dialect.ts'
import { secondFormat } from './second-format.ts'
import { sealedAlone, secretOr } from './secret.ts'
import { withSharedKey } from './with-shared-key.ts'

/** Creates an endpoint, in its application's turn. */
export async function createEndpoint(
  parts: ResourceParts,
  app: ApplicationEntry,
  given: EndpointInput,
  write: WriteOptions,
): Promise<Endpoint> {
  const { application, preset } = app
  const { org } = application
  checkInput(endpointFields, given, 'create')
  const input = settable('endpoint', endpointFields, given, null, { caller: write, preset })
  checkStep(preset, application, 'configure')
  checkEndpointCount(preset, [...app.endpoints.keys()])
  checkCreatedOff(preset, input.disabled)
  const disabled = input.disabled ?? beginsOff(preset)
  if (!disabled) checkStep(preset, application, 'activate')
  const now = parts.clock.now()
  const pinned = pinnedDialect(parts, app, input, null)
  const dialect = parts.directory.dialectOf(app, pinned)
  const url = checkEndpoint(parts, input, app, dialect, { viewer: write }) ?? input.url
  const id = parts.newId('ep', now)
  const headers = input.headers ?? {}
  const secret = isShared(dialect) ? null : secretOr(parts, dialect, input.secret)
  const second = input.secondary
    ? secondFormat(parts, org, input.secondary.dialect, dialect, headers, input.secondary.version)
    : null
  const secondSecret = second && secretOr(parts, second.dialect, input.secondary?.secret)
  if (second && typeof input.secondary?.secret === 'string')
    checkNewSecret(input.secondary.secret, second.dialect, 'secondary.secret')
  const endpoint: Endpoint = {
    ...created(endpointFields, input),
    ...pinned,
    ...rateSet(input.rateLimit, null, application, write),
    id,
    org,
    app: application.id,
    url,
    eventTypes: subscriptionOf(preset, input.eventTypes),
    disabled,
    secondary: second && { dialect: second.dialect.dialect.name, version: second.version },
    signed: secret !== null || isShared(dialect),
    createdAt: now,
    updatedAt: now,
  }
  checkSubscription(parts, app, null, endpoint)
  const change: EndpointChange = {
    kind: 'put_endpoint',
    endpoint,
    secrets: sealedAlone(parts, id, secret),
    secondarySecrets: sealedAlone(parts, id, secondSecret),
    create: true,
  }
  const audit = audited(parts, write, { org, app: application.id, action: 'endpoint.created', target: id })
  const changes: [DirectoryChange, ...DirectoryChange[]] = [...withSharedKey(parts, app, dialect, change), audit]
  // Headers may carry credentials and are sealed at rest. An answer does not show them, so a repeat does not need them.
  const kept: Endpoint = { ...endpoint, headers: {} }
  await parts.directory.writes.writeAll(changes, idempotencyRecord(write.idempotency, kept, now))
  return endpoint
}
