import type { Actor, Condition, WriteOptions } from '../../write-options.ts'
import { publicKeyOf, type CompiledDialect } from '@posthorn/wire'
import { idempotencyRecord, orRepeated } from '../../idempotency.ts'
import { checkOverlap } from '../../checks/overlap.ts'
import { checkNewSecret } from '../../checks/secret.ts'
import { changedAt } from '../../clock.ts'
import type { ApplicationEntry } from '../../directory/entries.ts'
import { EngineError } from '../../errors.ts'
import { carriesSeveral, defaultOverlapSeconds, isShared, rotated } from '../../directory/rotation.ts'
import { checkSecretOfVendor, checkStep } from '../../checks/rules.ts'
import { audited } from '../audit/audited.ts'
import type { ResourceParts } from '../parts.ts'
import { checkCondition, tagOfApplication } from '../../checks/tag.ts'
import { refuseTooMany } from './refuse-too-many.ts'

/** The one signing key of an application's endpoints. */
export interface SigningKey {
  /** What signs at this moment. */
  readonly key: string
  readonly publicKey: string | null
  /** What takes over, and when: where a request can carry one signature only. */
  readonly next: { readonly key: string; readonly publicKey: string | null; readonly from: number } | null
  /** The key before signs beside this one until then; `null`: it does not. */
  readonly previousUntil: number | null
}

/** When a new signing key takes effect. The key itself is shown by `signingKeys.get`, which is audited. */
export interface SigningKeyReset {
  readonly signsFrom: number
  /** The key before signs until then; `null`: it does not. */
  readonly previousUntil: number | null
}

/** Signing keys of applications whose endpoints share one. */
export interface SigningKeyResource {
  /** Shows the key; audited. */
  get(org: string, app: string, write?: Actor): Promise<SigningKey>
  /** A new key. The old one signs on for `overlapSeconds` (24 h when absent), beside the new one or, where that cannot be, alone. */
  reset(
    org: string,
    app: string,
    input: { readonly key?: string; readonly overlapSeconds?: number },
    write?: WriteOptions & Condition,
  ): Promise<SigningKeyReset>
}

export function signingKeys(parts: ResourceParts): SigningKeyResource {
  const { directory, clock, random } = parts

  /** What the key is used in: the dialects of the application whose endpoints share it. */
  function dialectsOf(app: ApplicationEntry): CompiledDialect[] {
    const all = [...app.endpoints.values()].map(({ dialect }) => dialect)
    const shared = [...new Set([directory.ownFormat(app).dialect, ...all])].filter(isShared)
    const [first] = all.length > 0 ? all : [directory.ownFormat(app).dialect]
    if (shared.length > 0) return shared
    throw new EngineError(
      'conflict',
      `In the dialect ${first?.dialect.title} each endpoint has a secret of its own, so this application has no signing key. Ask for the secret of an endpoint.`,
    )
  }

  function shown(app: ApplicationEntry, dialect: CompiledDialect): SigningKey {
    const { current, next, previousUntil } = directory.vault.standingKey(app)
    if (current === null)
      throw new EngineError('not_found', 'This application has no signing key yet. Reset it, and one is made.')
    return {
      key: current,
      publicKey: publicKeyOf(dialect, current),
      next: next?.secret ? { key: next.secret, publicKey: publicKeyOf(dialect, next.secret), from: next.from } : null,
      previousUntil,
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
      const changed = async (): Promise<SigningKeyReset> => {
        const entry = directory.application(org, id)
        await checkCondition(directory.writes, { kind: 'application', id }, write, tagOfApplication(entry.application))
        checkStep(entry.preset, entry.application, 'configure')
        const dialects = dialectsOf(entry)
        const key = input.key ?? dialects[0]!.newSecret((count) => random.bytes(count))!
        for (const dialect of dialects) checkNewSecret(key, dialect, 'key')
        for (const dialect of dialects) checkSecretOfVendor(entry.preset, input.key, dialect)
        const now = clock.now()
        const keys = rotated(entry.keys, {
          next: directory.vault.sealKey(id, key),
          overlapMs: overlapSeconds * 1000,
          now,
          together: dialects.every(carriesSeveral),
        })
        refuseTooMany(keys)
        const application = { ...entry.application, updatedAt: changedAt(clock, entry.application) }
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
      }
      return orRepeated(parts, write, () => directory.writes.exclusively(id, changed))
    },
  }
}
