export interface ClientOptions {
  /** Where the server is: `http://127.0.0.1:8071`. */
  readonly url: string
  readonly token: string
  /** Another `fetch`, for tests. */
  readonly fetch?: typeof fetch
}
