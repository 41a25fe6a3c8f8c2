import type { WireRequest } from '@posthorn/wire'
import type { Clock } from '../clock.ts'
import type { TargetEntry } from '../directory/entries.ts'
import type { Vault } from '../directory/vault.ts'
import { encodeRequest } from '../encoding/request.ts'
import type { LiveMessage } from '../encoding/live-message.ts'
import { notSent, type Outcome, type Transport } from '../transport/transport.ts'

/** One try of a request: what went out and how it ended. */
export interface Sent {
  /** `null`: it could not be encoded. */
  readonly request: WireRequest | null
  readonly outcome: Outcome
  readonly startedAt: number
  readonly durationMs: number
  /** When this push began: a retry has the time of the attempt before it. */
  readonly pushedAt: number
}

export interface DeliverParts {
  readonly clock: Clock
  readonly vault: Vault
  readonly transport: Transport
}

/**
 * Encodes, signs and sends. URL, secrets and headers are the current ones: edits count at once. Every ending is a value,
 * also that of a message that its dialect cannot carry any more.
 */
export async function deliver(
  { clock, vault, transport }: DeliverParts,
  target: TargetEntry,
  contents: readonly LiveMessage[],
  {
    attempt,
    pushedAt: begun = null,
    fresh: freshConnection = false,
  }: { readonly attempt: number; readonly pushedAt?: number | null; readonly fresh?: boolean },
): Promise<Sent> {
  const startedAt = clock.now()
  const pushedAt = begun === null || target.dialect.dialect.pushedAt === 'everyAttempt' ? startedAt : begun
  const started = clock.monotonic()
  let request: WireRequest
  try {
    request = encodeRequest(vault, target, contents, attempt, startedAt, pushedAt)
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    return { request: null, outcome: notSent('not_encodable', message), startedAt, durationMs: 0, pushedAt }
  }
  const { timeoutSeconds, httpsOnly } = target.policy
  const outcome = await transport.send({ ...request, timeoutMs: timeoutSeconds * 1000, httpsOnly, freshConnection })
  return { request, outcome, startedAt, durationMs: Math.round(clock.monotonic() - started), pushedAt }
}
