import { errorCodes, type ErrorCode } from './error-codes.ts'
import { refusesOthers } from './lenient.ts'
import type { Route } from './route.ts'

/** Every operation can answer these: the request may not be HTTP, and the server may be stopping or broken. */
const always = [
  'bad_request',
  'headers_too_large',
  'internal',
  'overloaded',
  'closed',
  'database_locked',
  'database_refused',
] as const satisfies readonly ErrorCode[]

/** What changes something meets a rule of the vendor, or another change, or not what it expects. */
const ofChanges = [
  'precondition_failed',
  'conflict',
  'not_ready',
  'activation_required',
  'endpoint_limit',
  'read_only',
  'in_use',
] as const satisfies readonly ErrorCode[]

/**
 * The codes that an operation can refuse with. They follow from its shape; a route names only what does not follow.
 *
 * @returns by status, in order
 */
export function refusalsOf(route: Route): ReadonlyMap<number, readonly ErrorCode[]> {
  const hasBody = route.body !== undefined || route.file === true
  const codes: ErrorCode[] = [
    ...always,
    ...(route.access === 'public' ? [] : (['authentication_failed', 'forbidden', 'plan_required'] as const)),
    ...(route.path.includes('{') ? (['not_found', 'validation_error'] as const) : []),
    ...(route.query || refusesOthers(route) ? (['validation_error'] as const) : []),
    ...(hasBody ? (['timeout', 'payload_too_large', 'unsupported_media_type', 'validation_error'] as const) : []),
    ...(route.method === 'POST' ? (['validation_error', 'idempotency_key_reused'] as const) : []),
    ...(route.method === 'GET' ? (route.etag ? (['precondition_failed'] as const) : []) : ofChanges),
    ...(route.refusals ?? []),
  ]
  return Map.groupBy(
    [...new Set(codes)].toSorted((a, b) => errorCodes[a].status - errorCodes[b].status),
    (code) => errorCodes[code].status,
  )
}
