import { secondaryProblem, type CompiledDialect } from '@posthorn/wire'
import { checkBatch } from '../../checks/batch.ts'
import { fitting } from '../../checks/fitting.ts'
import { checkHeaders } from '../../checks/headers.ts'
import { checkParams } from '../../checks/params.ts'
import { checkSecretOfVendor } from '../../checks/rules.ts'
import type { EndpointChange } from '../../directory/changes.ts'
import { dialectNameOf } from '../../directory/endpoint-entry.ts'
import type { ApplicationEntry, EndpointEntry } from '../../directory/entries.ts'
import { isShared } from '../../directory/rotation.ts'
import { EngineError } from '../../errors.ts'
import { sharedKeys } from '../keys/shared-keys.ts'
import type { ResourceParts } from '../parts.ts'

/**
 * What follows when an application (as it will stand) speaks another dialect: endpoints that name none take it, so all that they
 * have must be good in it, they pin its newest version, and a key that is shared is there.
 *
 * @param field what of the input brought the dialect; refusals name it
 */
export function speaking(
  parts: ResourceParts,
  app: ApplicationEntry,
  field: string,
): { readonly keys: ApplicationEntry['keys']; readonly endpoints: readonly EndpointChange[] } {
  const { directory, random } = parts
  const { org } = app.application
  const name = dialectNameOf(app, null)
  const dialect = parts.dialects.find(org, name)
  checkParams(app.application.params, dialect)
  const dialectVersion = parts.dialects.newest(org, name)
  const endpoints = [...app.endpoints.values()].flatMap((entry): EndpointChange[] => {
    if (entry.endpoint.dialect !== null || entry.dialect === dialect) return []
    checkSpeaks(parts, app, entry, dialect, field)
    const own = entry.secrets.length > 0 || isShared(dialect) || !entry.endpoint.signed
    const made = own ? null : dialect.newSecret((count) => random.bytes(count))
    return [
      {
        kind: 'put_endpoint',
        endpoint: { ...entry.endpoint, dialectVersion, ...(isShared(dialect) && { signed: true }) },
        secrets:
          made === null
            ? entry.secrets
            : [{ sealed: directory.vault.sealSecret(entry.endpoint.id, made), until: null }],
        secondarySecrets: entry.secondarySecrets,
        create: false,
      },
    ]
  })
  return { keys: keysIn(parts, app, dialect, field), endpoints }
}

/** Whether everything about an endpoint can go on in the dialect that its application is to speak. */
function checkSpeaks(
  { directory }: ResourceParts,
  app: ApplicationEntry,
  entry: EndpointEntry,
  dialect: CompiledDialect,
  field: string,
): void {
  const { id, headers, batch, params } = entry.endpoint
  const { title } = dialect.dialect
  fitting(id, title, field, () => {
    checkHeaders(headers, dialect)
    checkParams(params, dialect)
    if (batch) checkBatch(batch, dialect)
    const problem = entry.secondary && secondaryProblem(dialect.dialect, entry.secondary.dialect)
    if (problem)
      throw new EngineError(
        'dialect_refused',
        `${problem} Take its second format away, or give the endpoint a dialect of its own.`,
      )
  })
  if (isShared(dialect)) return
  for (const secret of directory.vault.keptSecretsOf(entry)) {
    const problem = dialect.checkSecret(secret)
    if (problem)
      throw new EngineError(
        'secret_refused',
        `The secret of the endpoint ${id} cannot be used in ${title}: ${problem.message}${problem.hint ? ` ${problem.hint}` : ''} Rotate the secret of that endpoint to one that fits, with an overlap of 0, or give the endpoint a dialect of its own.`,
        { field },
      )
    fitting(id, title, field, () => checkSecretOfVendor(app.preset, secret, dialect))
  }
}

/** The keys of an application in the dialect that it is to speak. One that nothing signs with and that is no good there is replaced. */
function keysIn(
  parts: ResourceParts,
  app: ApplicationEntry,
  dialect: CompiledDialect,
  field: string,
): ApplicationEntry['keys'] {
  const { directory } = parts
  const problemOf = (keys: ApplicationEntry['keys']) =>
    isShared(dialect)
      ? directory.vault.keptKeysOf({ ...app, keys }).flatMap((key) => dialect.checkSecret(key) ?? [])[0]
      : undefined
  const keys = sharedKeys(parts, app, dialect)
  const problem = problemOf(keys)
  if (!problem) return keys
  const before = directory.application(app.application.org, app.application.id)
  const spoken = directory.ownFormat(before).dialect
  if (![spoken, ...[...app.endpoints.values()].map((entry) => entry.dialect)].some(isShared))
    return sharedKeys(parts, { ...app, keys: [] }, dialect)
  throw new EngineError(
    'secret_refused',
    `The signing key of this application cannot be used in ${dialect.dialect.title}: ${problem.message}${problem.hint ? ` ${problem.hint}` : ''} Reset the signing key to one that fits, with an overlap of 0.`,
    { field },
  )
}
