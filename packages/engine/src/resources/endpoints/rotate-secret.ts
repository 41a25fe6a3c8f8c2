import type { Endpoint } from '@posthorn/model'
import { checkSecretOfVendor, checkStep } from '../../checks/rules.ts'
import { checkNewSecret } from '../../checks/secret.ts'
import { changedAt } from '../../clock.ts'
import type { EndpointEntry } from '../../directory/entries.ts'
import { carriesSeveral, isShared, rotated } from '../../directory/rotation.ts'
import { EngineError } from '../../errors.ts'
import { idempotencyRecord } from '../../idempotency.ts'
import type { WriteOptions } from '../../write-options.ts'
import { audited } from '../audit/audited.ts'
import { refuseTooMany } from '../keys/refuse-too-many.ts'
import type { ResourceParts } from '../parts.ts'
import { secretOr } from './secret.ts'

/** Replaces the secret of an endpoint, in its application's turn. The old one goes on for `overlapSeconds`. */
export async function rotateSecret(
  parts: ResourceParts,
  entry: EndpointEntry,
  input: { readonly secret?: string | null; readonly overlapSeconds: number },
  write: WriteOptions,
): Promise<void> {
  const { directory } = parts
  const { overlapSeconds } = input
  const { endpoint, dialect, secondarySecrets } = entry
  if (isShared(dialect))
    throw new EngineError(
      'conflict',
      `${dialect.dialect.title} has one signing key for all endpoints of an application. Reset the application's signing key instead.`,
    )
  if (typeof input.secret === 'string') checkNewSecret(input.secret, dialect)
  const { org, app, id } = endpoint
  const { application, preset } = directory.application(org, app)
  checkStep(preset, application, 'configure')
  checkSecretOfVendor(preset, input.secret, dialect)
  const now = parts.clock.now()
  const [newest] = directory.vault.keptSecretsOf(entry)
  const secret = secretOr(parts, dialect, input.secret, newest)
  const secrets = rotated(entry.secrets, {
    next: secret === null ? null : directory.vault.sealSecret(id, secret),
    overlapMs: overlapSeconds * 1000,
    now,
    together: carriesSeveral(dialect),
  })
  refuseTooMany(secrets)
  const rotatedEndpoint: Endpoint = {
    ...endpoint,
    signed: secret !== null,
    updatedAt: changedAt(parts.clock, endpoint),
  }
  await directory.writes.writeAll(
    [
      { kind: 'put_endpoint', endpoint: rotatedEndpoint, secrets, secondarySecrets, create: false },
      audited(parts, write, {
        org,
        app,
        action: 'endpoint.secret_rotated',
        target: id,
        detail: { overlapSeconds, switchAt: secrets[0]?.from ?? null },
      }),
    ],
    idempotencyRecord(write.idempotency, null, now),
  )
}
