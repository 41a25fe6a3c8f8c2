/** The description of one error code. */
interface ErrorDescription {
  readonly status: number
  /** When the API answers it. */
  readonly when: string
}

/** Every `code` of an error of the API, by status. The server answers no other code; the documentation lists these. */
export const errorCodes = {
  bad_request: {
    status: 400,
    when: 'the request is not valid HTTP, or its path or Content-Length is wrong (some of these have another 4xx status)',
  },
  limit_reached: {
    status: 400,
    when: 'ten old secrets still sign; wait until one of them ends, or rotate with a grace period of 0',
  },
  missing_payload: {
    status: 400,
    when: 'the payload of the message was erased, or its retention is over, so it cannot be sent again',
  },
  authentication_failed: {
    status: 401,
    when: 'there is no token, or it is not valid; `detail` says why',
  },
  forbidden: {
    status: 403,
    when: 'the token belongs to an application and the operation needs the organisation; a scope is missing; or a customer changes what only the vendor sets (`detail` names it)',
  },
  plan_required: {
    status: 403,
    when: 'the preset requires a plan that the customer does not have; `detail` says which',
  },
  not_found: {
    status: 404,
    when: 'it does not exist, or the token may not see it; both have the same response',
  },
  method_not_allowed: {
    status: 405,
    when: 'the path exists and does not have this method; the header `Allow` names those that it has',
  },
  timeout: { status: 408, when: 'the request did not arrive in time' },
  conflict: {
    status: 409,
    when: 'a `uid`, name or `eventId` is already used; the endpoint to recover is off; a preset differs from what exists',
  },
  not_ready: { status: 409, when: 'the preset requires a step that must come first; `detail` says which' },
  activation_required: {
    status: 409,
    when: 'the preset requires that an endpoint is switched on before it subscribes to event types',
  },
  endpoint_limit: {
    status: 409,
    when: 'the preset allows no further endpoint; `detail` names the existing one',
  },
  read_only: { status: 409, when: 'a built-in dialect cannot be changed' },
  in_use: { status: 409, when: 'a dialect that an application or endpoint uses cannot be deleted' },
  expired: { status: 410, when: 'a result or file has expired' },
  precondition_failed: {
    status: 412,
    when: 'it is not as `If-Match` or `If-None-Match` asks: it was changed since it was read, is not there, or has no ETag; nothing was changed',
  },
  payload_too_large: { status: 413, when: 'a payload has more than 1 MB, or a file more than 100 MB' },
  unsupported_media_type: { status: 415, when: 'the body is not JSON in UTF-8, or it is compressed' },
  range_not_satisfiable: { status: 416, when: 'the requested range is not in the file' },
  validation_error: {
    status: 422,
    when: 'a field is not valid, or is unknown; `detail` lists each field with its reason',
  },
  idempotency_key_reused: { status: 422, when: 'the key was already used for a different request' },
  headers_too_large: { status: 431, when: 'the head of the request has more than 16 kB' },
  internal: { status: 500, when: 'a bug; `detail` has a request id, under which the log has the rest' },
  overloaded: { status: 503, when: 'the disk is full or too much work is waiting; try again after Retry-After' },
  closed: { status: 503, when: 'the server is stopping; try again after Retry-After' },
  not_serving: { status: 503, when: 'a health check: the server takes no requests now; `detail` says why' },
  database_locked: {
    status: 503,
    when: 'another process has locked the database, so nothing was read or written; try again after Retry-After',
  },
  database_refused: {
    status: 503,
    when: 'the database cannot be read or written: it is damaged, read-only, without permission, or of a newer version',
  },
} as const satisfies Readonly<Record<string, ErrorDescription>>

export type ErrorCode = keyof typeof errorCodes
export type ErrorStatus<Code extends ErrorCode> = (typeof errorCodes)[Code]['status']
