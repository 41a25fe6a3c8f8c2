/** One entry of a 422, in the shape that the field's SDKs know. */
export interface FieldProblem {
  readonly loc: readonly string[]
  readonly msg: string
  readonly type: string
}

/**
 * The answer to a request that is refused: a status, a code from a closed list, and a sentence. Thrown by whatever
 * stands between the socket and a handler; nothing else leaves the server as an error.
 */
export class Refusal extends Error {
  override readonly name = 'Refusal'
  readonly status: number
  readonly code: string
  readonly problems: readonly FieldProblem[] | null
  readonly headers: Readonly<Record<string, string>>

  constructor(
    status: number,
    code: string,
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

/** The same bytes whether a thing does not exist or belongs to somebody else. */
export function notFound(): Refusal {
  return new Refusal(404, 'not_found', 'There is no such thing, or this token may not see it.')
}
