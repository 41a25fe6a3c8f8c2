import type { ErrorCode, ErrorStatus } from '@posthorn/api'
import type { EngineError, EngineErrorCode } from '@posthorn/engine'
import { invalid, invalidField, notFound, Refusal } from './refusal.ts'

/** A code of the API has a status of its own. Every other code becomes a 422 that names a field. */
type Answer<Code extends EngineErrorCode> = Code extends ErrorCode
  ? { readonly status: ErrorStatus<Code>; readonly field?: string }
  : { readonly status: 422; readonly field: string }

/** The status of each refusal of the engine. With `field` the answer is a 422 that names the field of the error, or else this field. */
const answers: { readonly [Code in EngineErrorCode]: Answer<Code> } = {
  not_found: { status: 404 },
  forbidden: { status: 403 },
  conflict: { status: 409 },
  precondition_failed: { status: 412 },
  invalid: { status: 422, field: '' },
  payload_too_large: { status: 413 },
  address_refused: { status: 422, field: 'url' },
  header_refused: { status: 422, field: 'headers' },
  secret_refused: { status: 422, field: 'secret' },
  unknown_event_type: { status: 422, field: 'eventTypes' },
  unknown_dialect: { status: 422, field: 'dialect' },
  unknown_preset: { status: 422, field: 'name' },
  message_refused: { status: 422, field: 'payload' },
  missing_payload: { status: 400 },
  payload_invalid: { status: 422, field: 'payload' },
  filter_refused: { status: 422, field: 'filter' },
  dialect_refused: { status: 422, field: '' },
  platform_unsupported: { status: 422, field: 'platform' },
  read_only: { status: 409 },
  in_use: { status: 409 },
  plan_required: { status: 403 },
  not_ready: { status: 409 },
  activation_required: { status: 409 },
  endpoint_limit: { status: 409 },
  limit_reached: { status: 400 },
  expired: { status: 410 },
  idempotent_replay: { status: 422, field: '' }, // does not get here: answer.ts answers it with the stored result
  idempotency_key_reused: { status: 422 },
  overloaded: { status: 503 },
  database_locked: { status: 503 },
  database_refused: { status: 503 },
  closed: { status: 503 },
}

export function refusalOf(error: EngineError): Refusal {
  const { status, field }: { status: ErrorStatus<ErrorCode>; field?: string } = answers[error.code]
  if (status === 404) return notFound()
  if (field !== undefined) {
    const type = `value_error.${error.code}`
    if (error.problems.length > 0) {
      // One entry for each problem, with its place, so that an author can correct all of them at once.
      const root = error.code === 'payload_invalid' ? ['body', 'payload'] : ['body']
      return invalid(
        ...error.problems.map(({ path, reason }) => ({
          loc: [...root, ...(path === '' ? [] : [path])],
          msg: `${path === '' ? 'It' : `\`${path}\``} ${reason}.`,
          type,
        })),
      )
    }
    const path = error.field ?? field
    // The engine refuses nothing else of a query: the contract checks the rest.
    const root = path === 'iterator' ? 'query' : 'body'
    return invalidField([root, ...(path === '' ? [] : path.split('.'))], error.message, type)
  }
  const headers = status === 503 ? { 'retry-after': String(Math.ceil(error.retryAfterSeconds ?? 1)) } : {}
  // Without a field it is a code of the API: the type of `answers` says so.
  return new Refusal(status, error.code as ErrorCode, error.message, { headers })
}
