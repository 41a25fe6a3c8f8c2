import type { AttemptResource } from '../attempts/attempts.ts'
import { bodyAlone } from '../../encoding/bodies.ts'
import type { ResourceParts } from '../parts.ts'

/**
 * What an attempt sent, made again: a body is a function of message, params, the time of the push and dialect version, so nothing is stored twice. It is
 * `null` where there was no request or no body, and once the payload or the endpoint is gone.
 */
export function requestBody({ directory, queue }: ResourceParts): AttemptResource['requestBody'] {
  return async (attempt) => {
    const entry = directory.target(attempt.endpoint)
    if (!entry || attempt.request === null) return null
    const message = await queue.message(attempt.app, attempt.message)
    if (!message || message.payload === null) return null
    try {
      const body = bodyAlone(entry, message, attempt.request.pushedAt ?? message.acceptedAt)
      return body && Buffer.from(body).toString('utf8')
    } catch {
      return null // The endpoint speaks another dialect by now, which cannot carry it.
    }
  }
}
