/** A result or a body with another status than the row's. */
export class Reply<T> {
  readonly status: 200 | 201 | 202
  readonly body: T

  constructor(status: 200 | 201 | 202, body: T) {
    this.status = status
    this.body = body
  }
}
