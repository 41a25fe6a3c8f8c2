/**
 * A body that is JSON text already, with the type of its value. A payload goes into it byte for byte; parsing and printing
 * would change numbers (`1.0`) and escapes.
 */
export class JsonText<T> {
  declare readonly type: T
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}

/** `object` as JSON with one more member, whose value is JSON text already. */
export function withRawMember<T extends object, K extends string>(
  object: T,
  name: K,
  raw: string,
): JsonText<T & { [N in K]: Record<string, unknown> }> {
  const text = JSON.stringify(object)
  return new JsonText(`${text.slice(0, -1)}${text === '{}' ? '' : ','}${JSON.stringify(name)}:${raw}}`)
}

/** A page whose items are JSON texts. */
export function pageText<T>(
  items: readonly JsonText<T>[],
  page: { iterator: string | null; prevIterator: string | null; done: boolean },
): JsonText<{ data: T[]; iterator: string | null; prevIterator: string | null; done: boolean }> {
  const { iterator, prevIterator, done } = page
  const rest = JSON.stringify({ iterator, prevIterator, done })
  return new JsonText(`{"data":[${items.map(({ text }) => text).join(',')}],${rest.slice(1)}`)
}
