import { scan, type Scan, type Span } from '@posthorn/wire'

/** A line and a column, as editors count them: from 1. */
export interface Place {
  readonly line: number
  readonly column: number
}

/** The place of a path such as `signatures[0].over[1]` in a JSON text. A missing member has the place of its object. */
export function placeOf(text: string, path: string): Place {
  let at: Span = { start: 0, end: text.length }
  for (const step of steps(path)) {
    const inside = scan(text.slice(at.start, at.end))
    const found = child(inside, step)
    if (found === undefined) {
      const whole = inside.ok ? inside.whole.start : 0
      return placeAt(text, at.start + whole)
    }
    at = { start: at.start + found.start, end: at.start + found.end }
  }
  return placeAt(text, at.start)
}

/** `offset` counts characters from 0. */
export function placeAt(text: string, offset: number): Place {
  const before = text.slice(0, offset).split('\n')
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 }
}

function child(inside: Scan, step: string | number): Span | undefined {
  if (!inside.ok) return undefined
  if (inside.kind === 'array') return typeof step === 'number' ? inside.elements[step] : undefined
  return inside.kind === 'object' ? inside.members.find(({ key }) => key === step) : undefined
}

/** The steps of a path: names of members as text, positions in lists as numbers. */
function steps(path: string): (string | number)[] {
  const parts = path.matchAll(/\[(?<place>\d+)\]|\[(?<quoted>"(?:[^"\\]|\\.)*")\]|(?<name>[^.[]+)/g)
  return Array.from(parts, ({ groups: { place, quoted, name } = {} }) => {
    if (place !== undefined) return Number(place)
    return quoted === undefined ? (name ?? '') : (JSON.parse(quoted) as string)
  })
}
