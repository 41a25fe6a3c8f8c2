import { withSecondary, type WireRequest } from '@posthorn/wire'
import type { TargetEntry } from '../directory/entries.ts'
import type { Vault } from '../directory/vault.ts'
import type { LiveMessage } from './live-message.ts'
import { bodyOf } from './bodies.ts'
import { wireMessage } from './wire-message.ts'

/**
 * The request of one attempt, to the byte. Secrets are those that sign at the time that the request states, so that the log
 * and the signature agree about which one signed.
 *
 * @param attempt 1 for the first; on the wire where the dialect carries it
 * @param sentAt milliseconds since 1970
 * @param pushedAt the same, of the first attempt of this push
 * @throws Error when the dialect cannot carry the message any more
 */
export function encodeRequest(
  vault: Vault,
  target: TargetEntry,
  contents: readonly LiveMessage[],
  attempt: number,
  sentAt: number,
  pushedAt: number,
): WireRequest {
  const { dialect, secondary } = target
  // A member of a batch whose payload was erased since is left out.
  const sent = contents.length > 1 ? contents.filter(({ stored }) => stored.payload !== null) : contents
  const [first] = sent
  if (!first) throw new Error('The payloads of this batch were expunged, so it cannot be sent any more.')
  const message = wireMessage(target, first.stored, pushedAt)
  const body = bodyOf(target, sent, pushedAt)
  const secrets = vault.signing(target.signing, sentAt)
  const input = { message, url: target.url, secrets, sentAt, attempt, body }
  // The signature is made here: see packages/wire.
  let request = dialect.encodeSync(input)
  if (secondary)
    request = withSecondary(request, secondary, { ...input, secrets: vault.signing(target.secondarySigning, sentAt) })
  for (const name in target.headers) request.headers.push([name, target.headers[name] ?? ''])
  return request
}
