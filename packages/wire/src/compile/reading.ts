/** What is needed of a dialect to read its requests, without the parts that check definitions and write requests. */
import { isSlot, slotsOf } from '../definition/slots.ts'
import type { Dialect } from '../dialect.ts'
import { bodyLens, type BodyLens } from '../lens/body-lens.ts'
import { slotLens } from '../lens/slot-lens.ts'
import { compileSignature } from './compile-signature.ts'
import type { FieldPlace, Reading } from './compiled-dialect.ts'

/** @param dialect a valid one: it is not checked here */
export function readingOf(dialect: Dialect, body: BodyLens = bodyLens(dialect.body)): Reading {
  return {
    headers: fieldPlaces(dialect.request.headers),
    headerNames: new Set(headerNames(dialect).map((name) => name.toLowerCase())),
    query: fieldPlaces(dialect.request.query),
    body,
    signatures: dialect.signatures.map((signature) => compileSignature(dialect, signature)),
    always: (['id', 'type', 'claim'] as const).filter((field) =>
      slotsOf(dialect).some(({ slot }) => slot.$ === field && slot.omit === undefined),
    ),
  }
}

/** Every header that a dialect writes, in its spelling. The content type, if there is one, comes first. */
export function headerNames(dialect: Dialect): string[] {
  return [
    ...(dialect.request.contentType === undefined ? [] : ['content-type']),
    ...Object.keys(dialect.request.headers ?? {}),
    ...dialect.signatures.flatMap(({ header, algorithmHeader }) =>
      algorithmHeader ? [algorithmHeader.name, header] : [header],
    ),
  ]
}

/** The headers or query parameters that hold a field; those with a constant text are left out. */
function fieldPlaces(slots: Dialect['request']['headers'] = {}): FieldPlace[] {
  return Object.entries(slots).flatMap(([name, slot]) =>
    isSlot(slot) ? [{ name, prefix: slot.prefix ?? '', lens: slotLens(slot) }] : [],
  )
}
