/** Why an exchange on an open connection failed, as far as the HTTP itself is concerned. */
export class HttpError extends Error {
  readonly code: 'malformed' | 'head_too_large' | 'request_invalid'

  /** @param reason the end of a sentence about the response, or about the request */
  constructor(code: HttpError['code'], reason: string) {
    super(reason)
    this.code = code
  }
}
