import { publicKeyOf, type CompiledDialect } from '@posthorn/wire'
import type { EndpointEntry } from '../../directory/entries.ts'
import type { Standing } from '../../directory/rotation.ts'
import type { Actor } from '../../write-options.ts'
import { audited } from '../audit/audited.ts'
import type { ResourceParts } from '../parts.ts'

/** A secret as it was typed or generated. */
export interface ShownSecret {
  /** `null`: requests are not signed. */
  readonly secret: string | null
  /** What a receiver verifies with, where the algorithm is asymmetric. */
  readonly publicKey: string | null
}

/** The secret that signs now, and what comes after it. */
export interface StandingSecret extends ShownSecret {
  /** What signs alone from a stated time on; `null`: nothing changes. */
  readonly next: (ShownSecret & { readonly from: number }) | null
  /** Until then the secret before signs beside this one; `null`: it does not. */
  readonly previousUntil: number | null
}

/** Secrets of an endpoint. */
export interface EndpointSecrets extends StandingSecret {
  /** Of the second format; `null`: there is none. */
  readonly secondary: StandingSecret | null
}

/** The secrets of an endpoint. That they were shown is audited first. */
export async function showSecrets(
  parts: ResourceParts,
  entry: EndpointEntry,
  write: Actor | undefined,
): Promise<EndpointSecrets> {
  const { directory } = parts
  const { org, app, id } = entry.endpoint
  const { dialect, signing, secondary, secondarySigning } = entry
  await directory.writes.write(audited(parts, write, { org, app, action: 'endpoint.secret_shown', target: id }))
  return {
    ...shownStanding(directory.vault.standing(signing), dialect),
    secondary: secondary && shownStanding(directory.vault.standing(secondarySigning), secondary),
  }
}

function shownStanding({ current, next, previousUntil }: Standing<string>, dialect: CompiledDialect): StandingSecret {
  const shown = (secret: string | null): ShownSecret => ({
    secret,
    publicKey: secret === null ? null : publicKeyOf(dialect, secret),
  })
  return { ...shown(current), next: next && { ...shown(next.secret), from: next.from }, previousUntil }
}
