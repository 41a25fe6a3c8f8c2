/** The server refused a request: its status, its code, and the sentence that explains it. */
export class ApiError extends Error {
  override readonly name = 'ApiError'
  readonly status: number
  readonly code: string
  /** The body of the response. */
  readonly body: unknown

  constructor(status: number, body: unknown) {
    const { code, text } = explain(status, body)
    super(text)
    this.status = status
    this.code = code
    this.body = body
  }
}

/** The error when a response should be a stream of events and is not. */
export function notAStream(detail: string): ApiError {
  return new ApiError(200, { code: 'not_a_stream', detail })
}

function explain(status: number, body: unknown): { code: string; text: string } {
  if (typeof body === 'object' && body !== null && 'detail' in body) {
    const code = 'code' in body && typeof body.code === 'string' ? body.code : `http_${status}`
    if (typeof body.detail === 'string') return { code, text: body.detail }
    if (Array.isArray(body.detail)) {
      const parts = body.detail.map((entry: unknown) => {
        const { loc, msg } = entry as { loc?: readonly string[]; msg?: string }
        return `${loc?.slice(1).join('.') ?? ''}: ${msg ?? ''}`
      })
      return { code, text: parts.join(' ') }
    }
  }
  return { code: `http_${status}`, text: `The server answered ${status}.` }
}
