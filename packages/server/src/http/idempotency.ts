import { createHash } from 'node:crypto'
import type { Route } from '@posthorn/api'
import type { Idempotency } from '@posthorn/engine'
import type { FastifyRequest } from 'fastify'
import type { Caller } from '../auth/caller.ts'
import { invalidField } from './refusal.ts'

/** The Idempotency-Key of a POST, as the engine compares it; `null`: the request has none, or its operation honours none. */
export function idempotencyOf(route: Route, caller: Caller, request: FastifyRequest): Idempotency | null {
  const header = request.headers['idempotency-key']
  if (header === undefined || route.method !== 'POST') return null
  const key = Array.isArray(header) ? header.join(',') : header
  if (!/^[\x21-\x7e]{1,256}$/.test(key)) {
    throw invalidField(['header', 'idempotency-key'], 'Idempotency-Key has 1 to 256 visible ASCII characters.')
  }
  if (route.ignoresIdempotencyKey) return null
  const [url = '', query = ''] = request.url.split('?', 2)
  const path = url.replace(/\/+$/, '')
  return {
    // Organisation, the token's application and path are part of the key, so that no caller gets the result of another one.
    key: digest(`${caller.org}\n${caller.app ?? ''}\n${path}\n${key}`),
    fingerprint: digest(`${query}\n`, request.body as Buffer | undefined),
  }
}

function digest(text: string, bytes?: Buffer): string {
  const hash = createHash('sha256').update(text)
  if (bytes) hash.update(bytes)
  return hash.digest('base64url')
}
