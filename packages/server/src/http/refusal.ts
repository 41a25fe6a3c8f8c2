import type { ErrorCode, ErrorStatus } from '@posthorn/api'

/** One entry of a 422, in the shape that Svix's SDKs read. */
export interface FieldProblem {
  readonly loc: readonly string[]
  readonly msg: string
  readonly type: string
}

/**
 * The answer to a request that is refused: a status, a code and a sentence. Everything between the socket and a handler throws
 * it, and `failures.ts` answers it. No other error leaves the server.
 */
export class Refusal<Code extends ErrorCode = ErrorCode> extends Error {
  override readonly name = 'Refusal'
  readonly status: number
  readonly code: Code
  readonly problems: readonly FieldProblem[] | null
  readonly headers: Readonly<Record<string, string>>

  constructor(
    status: ErrorStatus<Code>,
    code: Code,
    detail: string,
    extra: { problems?: readonly FieldProblem[]; headers?: Readonly<Record<string, string>> } = {},
  ) {
    super(detail)
    this.status = status
    this.code = code
    this.problems = extra.problems ?? null
    this.headers = extra.headers ?? {}
  }

  body(): string {
    return JSON.stringify({ code: this.code, detail: this.problems ?? this.message })
  }
}

/** A 422 that names fields. */
export function invalid(...problems: FieldProblem[]): Refusal {
  return new Refusal(422, 'validation_error', problems.map((problem) => problem.msg).join(' '), { problems })
}

export function invalidField(path: readonly string[], msg: string, type = 'value_error'): Refusal {
  return invalid({ loc: path, msg, type })
}

/** A 401. */
export function unauthorized(detail: string): Refusal {
  return new Refusal(401, 'authentication_failed', detail, { headers: { 'www-authenticate': 'Bearer' } })
}

/** A 404, with the same bytes whether a thing does not exist or belongs to another organisation or application. */
export function notFound(): Refusal {
  return new Refusal(404, 'not_found', 'There is no such thing, or this token may not see it.')
}
