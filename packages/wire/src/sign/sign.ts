/** Signing in one call, for scripts, tests and mocks. The engine uses `compile` and `encodeSync`. */
import { toCompiled, type DialectLike } from '../compile/to-compiled.ts'
import type { WireMessage, WireRequest } from '../dialect.ts'
import { WireError } from '../errors.ts'
import { sentUrl } from '../text/sent-url.ts'
import { takenParameter } from './taken-parameter.ts'

export interface SignOptions {
  dialect: DialectLike
  url: string
  /** `null`: unsigned, deliberately. */
  secret?: string | null
  /** Several, newest first, while a secret is being replaced. */
  secrets?: readonly string[]
  /** Milliseconds since 1970. Default: now. */
  now?: number
  /** Default: 1. */
  attempt?: number
}

/**
 * A message as a signed request, ready to be sent.
 *
 * @throws {WireError} when the message cannot be sent in this dialect, or the secret cannot be used
 * @example
 * const { url, ...init } = await sign(
 *   { id: 'msg_0K3OcC9O39pNCR5O', type: 'invoice.paid', payload: '{"total":12}', occurredAt: 0, acceptedAt: 0 },
 *   { dialect: 'standard', secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', url: 'https://example.com/hooks' },
 * )
 * await fetch(url, init)
 */
export async function sign(message: WireMessage, options: SignOptions): Promise<WireRequest> {
  const compiled = toCompiled(options.dialect)
  const wrong = compiled.check(message)
  if (wrong !== null) throw wrong
  // `encode` leaves a fragment out of the URL.
  const sent = sentUrl(options.url.split('#', 1)[0] ?? '')
  if (!sent.ok)
    throw new WireError('invalid_url', `The URL cannot be signed and sent: ${sent.message}.`, {
      hint: 'What is signed has to be what is sent.',
    })
  const taken = takenParameter(compiled, options.url)
  if (taken !== null)
    throw new WireError('invalid_url', `The URL cannot be signed and sent: ${taken}.`, {
      hint: 'A receiver refuses a parameter that occurs twice.',
    })
  const secrets =
    options.secret === null
      ? []
      : [...(options.secret === undefined ? [] : [options.secret]), ...(options.secrets ?? [])]
  if (secrets.length === 0 && options.secret !== null && compiled.reading.signatures.length > 0) {
    throw new WireError('empty_secret', `${compiled.dialect.title} signs its requests, and there is no secret.`, {
      hint: 'Pass secret, or secret: null to send unsigned requests deliberately.',
    })
  }
  return compiled.encode({
    message,
    url: options.url,
    secrets,
    sentAt: options.now ?? Date.now(),
    attempt: options.attempt ?? 1,
  })
}
