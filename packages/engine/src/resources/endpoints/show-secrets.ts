import { publicKeyOf } from '@posthorn/wire'
import type { EndpointEntry } from '../../directory/entries.ts'
import { isShared } from '../../directory/rotation.ts'
import type { Actor } from '../../write-options.ts'
import { audited } from '../audit/audited.ts'
import type { ResourceParts } from '../parts.ts'

/** Secrets of an endpoint as they were typed or generated. */
export interface EndpointSecrets {
  /** The newest; `null`: unsigned. */
  readonly secret: string | null
  /** What a receiver verifies with, where the algorithm is asymmetric. */
  readonly publicKey: string | null
  /** When the newest begins to sign; `null`: it signs now. */
  readonly signsFrom: number | null
  /** Of the second format. */
  readonly secondary: string | null
}

/** The secrets of an endpoint. That they were shown is audited first. */
export async function showSecrets(
  parts: ResourceParts,
  entry: EndpointEntry,
  write: Actor | undefined,
): Promise<EndpointSecrets> {
  const { directory } = parts
  const { org, app, id } = entry.endpoint
  const { dialect } = entry
  await directory.writes.write(audited(parts, write, { org, app, action: 'endpoint.secret_shown', target: id }))
  const shared = isShared(dialect)
  const newest = shared ? null : directory.vault.newestSecretOf(entry)
  const secret = newest?.secret ?? directory.vault.signing(entry.signing)[0] ?? null
  return {
    secret,
    publicKey: secret === null ? null : publicKeyOf(dialect, secret),
    signsFrom: newest?.from ?? null,
    secondary: directory.vault.signing(entry.secondarySigning)[0] ?? null,
  }
}
