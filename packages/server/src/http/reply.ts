/** The answer to a PUT: 201 when it created. */
export function writtenReply<Row, Out>(
  { row, created }: { readonly row: Row; readonly created: boolean },
  show: (row: Row) => Out | Reply<Out>,
): Out | Reply<Out> {
  const shown = show(row)
  if (!created) return shown
  return shown instanceof Reply ? new Reply(201, shown.body, shown.tag) : new Reply(201, shown)
}

/** A body with the tag of the row that it shows, or that it is a part of. */
export function tagged<T>(body: T, tag: string): Reply<T> {
  return new Reply<T>(null, body, tag)
}

/** A result or a body with another status than the row's (`null`: the same), or with a tag that is not that of its text. */
export class Reply<T> {
  readonly status: 200 | 201 | 202 | null
  readonly body: T
  readonly tag: string | null

  constructor(status: 200 | 201 | 202 | null, body: T, tag: string | null = null) {
    this.status = status
    this.body = body
    this.tag = tag
  }
}
