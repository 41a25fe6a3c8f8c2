import type { ResponseOf, RouteOf } from '@posthorn/api'
import type { EndpointSecrets, StandingSecret } from '@posthorn/engine'
import { isoTime, isoTimeOrNull } from '../iso-time.ts'

type SecretOut = ResponseOf<RouteOf<'endpoint.getSecret'>>

/** The secrets of an endpoint, as an answer has them. */
export function secretOut(secrets: EndpointSecrets): SecretOut {
  const { secret: key, publicKey, previousUntil, secondary } = secrets
  return {
    key,
    publicKey,
    next: nextOut(secrets),
    previousUntil: isoTimeOrNull(previousUntil),
    secondaryKey: secondary?.secret ?? null,
    secondaryPublicKey: secondary?.publicKey ?? null,
    secondaryNext: secondary && nextOut(secondary),
    secondaryPreviousUntil: isoTimeOrNull(secondary?.previousUntil ?? null),
  }
}

function nextOut({ next }: StandingSecret): SecretOut['next'] {
  return next && { key: next.secret, publicKey: next.publicKey, signsFrom: isoTime(next.from) }
}
