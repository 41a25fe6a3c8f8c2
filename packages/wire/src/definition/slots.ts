/** Finds every slot of a dialect outside its signatures, with its place. */
import type { Dialect, Shape, Slot } from '../dialect.ts'

export interface PlacedSlot {
  readonly slot: Slot
  /** Path in the dialect, for error messages: `body.shape.data`. */
  readonly path: string
  readonly where: 'header' | 'query' | 'body'
  /** Whether the slot is the value of `...`, which stands for the members of the payload. */
  readonly isSpread: boolean
}

/** The member of a shape that stands for the payload's members. */
export const spread = '...'

export function isSlot(shape: unknown): shape is Slot {
  return typeof shape === 'object' && shape !== null && Object.hasOwn(shape, '$')
}

/** In the order in which they are written: headers, query, body. */
export function slotsOf({ request, body }: Dialect): PlacedSlot[] {
  const placed: PlacedSlot[] = []
  for (const [name, value] of Object.entries(request.headers ?? {})) {
    if (isSlot(value)) placed.push({ slot: value, path: `request.headers.${name}`, where: 'header', isSpread: false })
  }
  for (const [name, slot] of Object.entries(request.query ?? {})) {
    placed.push({ slot, path: `request.query.${name}`, where: 'query', isSpread: false })
  }
  if (body.kind === 'payload') placed.push({ slot: { $: 'payload' }, path: 'body', where: 'body', isSpread: false })
  if (body.kind === 'json') {
    walkShape(body.shape, 'body.shape', (value, path, key) => {
      if (isSlot(value)) placed.push({ slot: value, path, where: 'body', isSpread: key === spread })
    })
  }
  return placed
}

/** Visits a shape and everything in it; `key` is the name of the member that holds it, empty for the outermost. */
export function walkShape(
  shape: Shape,
  path: string,
  visit: (shape: Shape, path: string, key: string) => void,
  key = '',
): void {
  visit(shape, path, key)
  if (typeof shape !== 'object' || shape === null || isSlot(shape)) return
  const isArray = Array.isArray(shape)
  for (const [name, value] of Object.entries(shape)) {
    walkShape(value, isArray ? `${path}[${name}]` : name === spread ? `${path}["..."]` : `${path}.${name}`, visit, name)
  }
}
