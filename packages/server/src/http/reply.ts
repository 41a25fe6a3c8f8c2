/** The answer to a PUT: 201 when it created. */
export function writtenReply<Row, Out>(
  { row, created }: { readonly row: Row; readonly created: boolean },
  show: (row: Row) => Out,
): Out | Reply<Out> {
  return created ? new Reply(201, show(row)) : show(row)
}

/** A result or a body with another status than the row's. */
export class Reply<T> {
  readonly status: 200 | 201 | 202
  readonly body: T

  constructor(status: 200 | 201 | 202, body: T) {
    this.status = status
    this.body = body
  }
}
