import { publicKeyOf, type CompiledDialect } from '@posthorn/wire'
import { idempotencyRecord } from '../../idempotency.ts'
import { checkOverlap } from '../../checks/overlap.ts'
import { checkSecret } from '../../checks/secret.ts'
import type { ApplicationEntry } from '../../directory/entries.ts'
import type { Engine, SigningKey, SigningKeyReset } from '../../engine.ts'
import { EngineError } from '../../errors.ts'
import {
  carriesSeveral,
  defaultOverlapSeconds,
  isShared,
  mostOldSecrets,
  rotated,
  signingAt,
} from '../../directory/rotation.ts'
import { checkSecretLength } from '../../checks/rules.ts'
import type { SealedSecret } from '../../store/catalog.ts'
import { audited } from '../audit/audited.ts'
import type { ResourceParts } from '../parts.ts'

export function signingKeys(parts: ResourceParts): Engine['signingKeys'] {
  const { directory, clock, random } = parts

  /** What the key is used in: the dialects of the application whose endpoints share it. */
  function dialectsOf(app: ApplicationEntry): CompiledDialect[] {
    const all = [...app.endpoints.values()].map(({ dialect }) => dialect)
    const shared = [...new Set([directory.dialectOf(app, { dialect: null, dialectVersion: null }), ...all])].filter(
      isShared,
    )
    const [first] = all.length > 0 ? all : [directory.dialectOf(app, { dialect: null, dialectVersion: null })]
    if (shared.length > 0) return shared
    throw new EngineError(
      'conflict',
      `In the dialect ${first?.dialect.title} each endpoint has a secret of its own, so this application has no signing key. Ask for the secret of an endpoint.`,
    )
  }

  function shown(app: ApplicationEntry, dialect: CompiledDialect): SigningKey {
    const [key] = directory.vault.keysOf(app)
    if (key === undefined)
      throw new EngineError('not_found', 'This application has no signing key yet. Reset it, and one is made.')
    const pending = directory.vault.pendingKeyOf(app)
    const now = clock.now()
    const ends = signingAt(app.keys, now).flatMap(({ until }) => (until === null ? [] : [until]))
    return {
      key,
      publicKey: publicKeyOf(dialect, key),
      next: pending && { key: pending.key, publicKey: publicKeyOf(dialect, pending.key), from: pending.from },
      previousUntil: pending || ends.length === 0 ? null : Math.max(...ends),
    }
  }

  return {
    async get(org, app, write) {
      const entry = directory.application(org, app)
      const [dialect] = dialectsOf(entry)
      const key = shown(entry, dialect!)
      const { id } = entry.application
      await directory.writes.write(audited(parts, write, { org, app: id, action: 'signing_key.shown', target: id }))
      return key
    },

    async reset(org, app, input, write = {}) {
      const overlapSeconds = input.overlapSeconds ?? defaultOverlapSeconds
      checkOverlap(overlapSeconds)
      const { id } = directory.application(org, app).application
      return directory.writes.exclusively(id, async () => {
        const entry = directory.application(org, id)
        const dialects = dialectsOf(entry)
        const key = input.key ?? dialects[0]!.newSecret((count) => random.bytes(count))!
        for (const dialect of dialects) checkSecret(key, dialect, 'key')
        checkSecretLength(entry.preset, input.key)
        const now = clock.now()
        const keys = rotated(entry.keys, {
          next: directory.vault.sealKey(id, key),
          overlapMs: overlapSeconds * 1000,
          now,
          together: dialects.every(carriesSeveral),
        })
        refuseTooMany(keys)
        const application = { ...entry.application, updatedAt: now }
        const { next, previousUntil } = shown({ ...entry, application, keys }, dialects[0]!)
        const switchAt = next?.from ?? null
        // Without the key: a repeat is answered from a record that is stored in clear text.
        const reset: SigningKeyReset = { signsFrom: switchAt ?? now, previousUntil: switchAt ?? previousUntil }
        await directory.writes.writeAll(
          [
            { kind: 'application', row: { application, keys }, create: false },
            audited(parts, write, {
              org,
              app: id,
              action: 'signing_key.reset',
              target: id,
              detail: { overlapSeconds, switchAt },
            }),
          ],
          idempotencyRecord(write.idempotency, reset, now),
        )
        return reset
      })
    },
  }
}

/**
 * The keys of an application as they have to be once one of its endpoints speaks a dialect that shares them. An application that
 * had none begins with the secret that such an endpoint signed with before, or with a new key.
 */
export function sharedKeys(
  { directory, random }: Pick<ResourceParts, 'directory' | 'random'>,
  app: Pick<ApplicationEntry, 'keys' | 'endpoints'> & { readonly application: { readonly id: string } },
  dialect: CompiledDialect,
): readonly SealedSecret[] {
  if (app.keys.length > 0 || !isShared(dialect)) return app.keys
  const [before] = [...app.endpoints.values()]
    .filter((entry) => isShared(entry.dialect))
    .flatMap((entry) => directory.vault.signing(entry.signing))
  const key = before ?? dialect.newSecret((count) => random.bytes(count))
  return key === null ? [] : [{ sealed: directory.vault.sealKey(app.application.id, key), until: null }]
}

export function refuseTooMany(secrets: readonly SealedSecret[]): void {
  if (secrets.length - 1 <= mostOldSecrets) return
  throw new EngineError(
    'conflict',
    `${mostOldSecrets} old secrets still sign. Wait until one of them ends, or rotate with an overlap of 0.`,
  )
}
