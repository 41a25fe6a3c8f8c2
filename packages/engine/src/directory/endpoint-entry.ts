import { compileFilter } from '@posthorn/preset'
import type { Endpoint } from '../model.ts'
import type { Policy } from '../options.ts'
import { batchTerms } from './batch-terms.ts'
import type { Dialects } from './dialects.ts'
import type { ApplicationEntry, EndpointEntry } from './entries.ts'
import { policyOf } from './policy.ts'
import { isShared } from './rotation.ts'
import { keyPlace, secretPlace } from './places.ts'

/** The name of the dialect that an endpoint speaks. Nearest wins: endpoint, application, preset; `null`: the server's default. */
export function dialectNameOf(
  { application, preset }: Pick<ApplicationEntry, 'application' | 'preset'>,
  endpoint: Pick<Endpoint, 'dialect'> | null,
): string | null {
  return endpoint?.dialect ?? application.dialect ?? preset?.dialect ?? null
}

/**
 * What is worked out once for an endpoint: its dialect, policy and filter, compiled.
 *
 * @param before the entry that it replaces: a filter that did not change is not compiled again
 * @throws EngineError `unknown_dialect`
 */
export function endpointEntry(
  app: ApplicationEntry,
  endpoint: Endpoint,
  { secrets, secondarySecrets }: Pick<EndpointEntry, 'secrets' | 'secondarySecrets'>,
  before: EndpointEntry | undefined,
  { dialects, policy }: { readonly dialects: Dialects; readonly policy: Policy },
): EndpointEntry {
  const { id, org, secondary, filter, params } = endpoint
  const dialect = dialects.find(org, dialectNameOf(app, endpoint), endpoint.dialectVersion)
  const place = secretPlace(id)
  // An endpoint that signed with a secret of its own before its application had a key goes on with it.
  const byKey = isShared(dialect) && app.keys.length > 0
  const sharesBodies = Object.keys(params).length === 0
  return {
    target: before?.target ?? { kind: 'endpoint', id },
    org,
    app: endpoint.app,
    url: endpoint.url,
    headers: endpoint.headers,
    params: sharesBodies ? app.application.params : { ...app.application.params, ...params },
    sharesBodies,
    dialect,
    secondary: secondary && dialects.find(org, secondary.dialect, secondary.version),
    signing: byKey ? { place: keyPlace(endpoint.app), secrets: app.keys } : { place, secrets },
    secondarySigning: { place, secrets: secondarySecrets },
    policy: policyOf(app.preset, endpoint, policy),
    batch: batchTerms(dialect, endpoint.batch),
    open: !endpoint.disabled && endpoint.hold === null,
    resumeFrom: endpoint.resumeFrom,
    pausedUntil: endpoint.pausedUntil,
    endpoint,
    secrets,
    secondarySecrets,
    filter: filter && (filter === before?.endpoint.filter ? before.filter : compileFilter(filter)),
  }
}
