/** The body of a request in both directions: nothing, the payload itself, or a JSON envelope of one or several messages. */
import type { Body, WireMessage } from '../dialect.ts'
import { parseBounded } from '../json/parse.ts'
import { bodyBounds, scan, type Scan } from '../json/scan.ts'
import { fromUtf8, utf8 } from '../text/bytes.ts'
import { shapeLens, takenMembers, type ShapeLens } from './shape-lens.ts'
import type { Draft } from './slot-lens.ts'

export interface BodyLens {
  write(message: WireMessage): Uint8Array | null
  /** How several messages stand in one body; `null`: a body carries one message. */
  readonly batch: BatchLens | null
  /** The messages of a body, one draft each, or a sentence that says what is wrong with the body. */
  read(body: Uint8Array | string): Draft[] | string
  /** The members that a payload must not have, because the envelope has them. `null`: the payload is not spread. */
  readonly taken: ReadonlySet<string> | null
}

/** Joins the elements of several messages to one body. */
export interface BatchLens {
  element(message: WireMessage): Uint8Array
  join(elements: readonly Uint8Array[]): Uint8Array
}

export function bodyLens(body: Body): BodyLens {
  switch (body.kind) {
    case 'none':
      return { write: () => null, read: () => [{}], taken: null, batch: null }
    case 'payload':
      return { write: (message) => utf8(message.payload), read: readPayload, taken: null, batch: null }
    case 'json':
      return jsonLens(body)
  }
}

function readPayload(body: Uint8Array | string): Draft[] | string {
  const text = textOf(body)
  if (text === null) return notUtf8
  const found = parseBounded(text)
  return found.ok ? [{ payload: found.value, payloadText: text, body: found.value }] : notJson(found)
}

function jsonLens({ shape, compact, batch }: Extract<Body, { kind: 'json' }>): BodyLens {
  const lens = shapeLens(shape, compact === true)
  const isAlwaysArray = batch?.form === 'array'
  const writeOne = (message: WireMessage): string => lens.write(message) ?? 'null'
  return {
    write: isAlwaysArray ? (message) => utf8(`[${writeOne(message)}]`) : (message) => utf8(writeOne(message)),
    read: (body) => {
      const text = textOf(body)
      if (text === null) return notUtf8
      const found = scan(text, bodyBounds)
      if (!found.ok) return notJson(found)
      if (found.kind === 'array' && batch !== undefined) {
        return readAll(
          lens,
          found.elements.map(({ start, end }) => text.slice(start, end)),
        )
      }
      if (isAlwaysArray) return 'The body is not a JSON array.'
      const { start, end } = found.whole
      return readAll(lens, [text.slice(start, end)], start === 0 ? found : undefined)
    },
    taken: takenMembers(shape),
    batch: batch === undefined ? null : batchLens((message) => utf8(writeOne(message)), isAlwaysArray),
  }
}

/** @param known the scan of the only text, where there is one already */
function readAll(lens: ShapeLens, texts: readonly string[], known?: Scan): Draft[] | string {
  const drafts: Draft[] = []
  for (const [index, text] of texts.entries()) {
    const draft: Draft = { body: JSON.parse(text) as unknown }
    const problem = lens.read(text, texts.length > 1 ? `[${index}]` : '', draft, known)
    if (problem !== null) return problem
    drafts.push(draft)
  }
  return drafts
}

function batchLens(element: BatchLens['element'], isAlwaysArray: boolean): BatchLens {
  return {
    element,
    join: (elements) => {
      const [first] = elements
      if (first !== undefined && elements.length === 1 && !isAlwaysArray) return first
      const body = new Uint8Array(elements.reduce((bytes, { length }) => bytes + length + 1, 1))
      let at = 0
      for (const element of elements) {
        body[at] = at === 0 ? bracket.open : bracket.comma
        body.set(element, at + 1)
        at += element.length + 1
      }
      body[at] = bracket.close
      return body
    },
  }
}

const bracket = { open: 0x5b, close: 0x5d, comma: 0x2c } as const

function notJson({ reason, at }: { reason: string; at: number }): string {
  return `The body is not JSON that can be read: ${reason} (character ${at + 1}).`
}

const notUtf8 = 'The body is not UTF-8.'

/** The text of a body, or `null` when its bytes are not UTF-8. */
function textOf(body: Uint8Array | string): string | null {
  return typeof body === 'string' ? body : fromUtf8(body)
}
