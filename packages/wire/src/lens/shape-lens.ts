/**
 * Compiles the shape of a JSON body to a writer and a reader. `read` finds each value where `write` puts it, because
 * both are made in one walk over the shape.
 */
import { isSlot, spread } from '../definition/slots.ts'
import type { Shape, Slot, WireMessage } from '../dialect.ts'
import { bodyBounds, compact, scan, type Member, type Scan } from '../json/scan.ts'
import { slotLens, type Draft } from './slot-lens.ts'

/** One value of a shape in both directions. `read` returns what is wrong as a sentence, or `null`. */
export interface ShapeLens {
  write(message: WireMessage): string | undefined
  /**
   * @param known the scan of the same text, if the caller has it
   */
  read(text: string, path: string, draft: Draft, known?: Scan): string | null
}

export function shapeLens(shape: Shape, isCompact: boolean): ShapeLens {
  if (isSlot(shape)) return shape.$ === 'payload' ? payloadLens(shape, isCompact) : valueLens(shape)
  if (Array.isArray(shape)) return arrayLens(shape as readonly Shape[], isCompact)
  if (typeof shape === 'object' && shape !== null) return objectLens(shape as { [key: string]: Shape }, isCompact)
  const text = JSON.stringify(shape)
  return {
    write: () => text,
    // Another constant is another kind of body. One that is missing is not: vendors leave out members in old or rare events.
    read: (found, path) => {
      const isSame = found === text || JSON.stringify(JSON.parse(found)) === text
      return isSame ? null : `The member ${path} is ${found.slice(0, 100)} and not ${text}.`
    },
  }
}

function payloadLens(slot: Slot, isCompact: boolean): ShapeLens {
  const text = ({ payload }: WireMessage): string => (isCompact ? compact(payload) : payload)
  if (slot.as !== 'jsonString') {
    return {
      write: text,
      read: (found, _, draft) => {
        draft.payloadText = found
        return null
      },
    }
  }
  return {
    write: (message) => JSON.stringify(text(message)),
    read: (found, path, draft) => {
      if (!found.startsWith('"')) return `The member ${path} is not a string.`
      const inner = JSON.parse(found) as string
      const again = scan(inner)
      if (!again.ok) return `The string ${path} does not contain JSON: ${again.reason}.`
      draft.payloadText = inner
      return null
    },
  }
}

function valueLens(slot: Slot): ShapeLens {
  const lens = slotLens(slot)
  const prefix = slot.prefix ?? ''
  const isNumber = prefix === '' && (slot.as === 'unix' || slot.as === 'unixMs' || slot.as === 'number')
  return {
    write: (message) => {
      const text = lens.write(message, null)
      return text === undefined ? (slot.omit ? undefined : 'null') : isNumber ? text : JSON.stringify(prefix + text)
    },
    read: (found, path, draft) => {
      if (found === 'null') return null
      const first = found.charAt(0)
      // A number is accepted where text is expected, and the reverse: the meaning is the same.
      if (first !== '"' && first !== '-' && !(first >= '0' && first <= '9'))
        return `The member ${path} is not a text or number.`
      const text = first === '"' ? (JSON.parse(found) as string) : found
      if (!text.startsWith(prefix)) return `The member ${path} does not begin with ${JSON.stringify(prefix)}.`
      // The id is the vendor's own, with what it begins with.
      const problem = lens.read(slot.$ === 'id' ? text : text.slice(prefix.length), draft)
      return problem === null ? null : `The member ${path} ${problem}.`
    },
  }
}

function arrayLens(shapes: readonly Shape[], isCompact: boolean): ShapeLens {
  const lenses = shapes.map((shape) => shapeLens(shape, isCompact))
  return {
    write: (message) => `[${lenses.map((lens) => lens.write(message) ?? 'null').join(',')}]`,
    read: (text, path, draft, known) => {
      const found = known ?? scan(text, bodyBounds)
      if (!found.ok || found.kind !== 'array')
        return `${path === '' ? 'The body' : `The member ${path}`} is not an array.`
      for (const [index, lens] of lenses.entries()) {
        const element = found.elements[index]
        if (element === undefined) return `The array ${path} is too short.`
        const problem = lens.read(text.slice(element.start, element.end), `${path}[${index}]`, draft)
        if (problem !== null) return problem
      }
      return null
    },
  }
}

function objectLens(shape: { readonly [key: string]: Shape }, isCompact: boolean): ShapeLens {
  const members = Object.entries(shape).map(([key, value]) => ({
    key,
    label: `${JSON.stringify(key)}:`,
    lens: key === spread ? spreadLens(isCompact) : shapeLens(value, isCompact),
    holdsPayload: holdsPayload(value),
  }))
  const spreads = Object.hasOwn(shape, spread)

  return {
    write: (message) => {
      let text = ''
      for (const { key, label, lens } of members) {
        const value = lens.write(message)
        if (value === undefined || (key === spread && value === '')) continue
        text += (text === '' ? '' : ',') + (key === spread ? value : label + value)
      }
      return `{${text}}`
    },
    read: (text, path, draft, known) => {
      const found = known ?? scan(text, bodyBounds)
      if (!found.ok || found.kind !== 'object') {
        return `${path === '' ? 'The body' : `The member ${path}`} is not an object${found.ok ? '' : `: ${found.reason}`}.`
      }
      const byKey = new Map(found.members.map((member) => [member.key, member]))
      for (const { key, lens, holdsPayload: isNeeded } of members) {
        if (key === spread) continue
        const place = path === '' ? key : `${path}.${key}`
        const member = byKey.get(key)
        byKey.delete(key)
        if (member === undefined) {
          // Vendors omit members in old or rare events. Only a missing payload is an error.
          if (isNeeded) return `The body has no member ${place}.`
          continue
        }
        const problem = lens.read(text.slice(member.start, member.end), place, draft)
        if (problem !== null) return problem
      }
      if (spreads) draft.payloadText = gather(text, found.members, [...byKey.values()])
      return null
    },
  }
}

/**
 * The payload's members without its braces. The payload is an object: this was checked before the message was accepted.
 */
function spreadLens(isCompact: boolean): ShapeLens {
  return {
    write: ({ payload }) => (isCompact ? compact(payload) : payload).trim().slice(1, -1).trim(),
    read: () => null,
  }
}

/**
 * The members that are not the envelope's. If they are adjacent, they are cut out as one piece with the white space
 * between them.
 */
function gather(text: string, all: readonly Member[], rest: readonly Member[]): string {
  const first = rest[0]
  const last = rest.at(-1)
  if (first === undefined || last === undefined) return '{}'
  const together = all.indexOf(last) - all.indexOf(first) === rest.length - 1
  const pieces = together
    ? [text.slice(first.keyStart, last.end)]
    : rest.map(({ keyStart, end }) => text.slice(keyStart, end))
  return `{${pieces.join(',')}}`
}

function holdsPayload(shape: Shape): boolean {
  if (isSlot(shape)) return shape.$ === 'payload'
  return typeof shape === 'object' && shape !== null && Object.values(shape).some((value) => holdsPayload(value))
}

/** The members beside `...`, which can be anywhere in the shape. */
export function takenMembers(shape: Shape): ReadonlySet<string> | null {
  if (typeof shape !== 'object' || shape === null || isSlot(shape)) return null
  if (Object.hasOwn(shape, spread)) return new Set(Object.keys(shape).filter((key) => key !== spread))
  for (const value of Object.values(shape)) {
    const taken = takenMembers(value)
    if (taken !== null) return taken
  }
  return null
}
