/**
 * Whether a value can become JSON without loss. Programs give values of every kind: some make `JSON.stringify` throw (a BigInt, a cycle),
 * others disappear in it without a word (a function, a Map) or become `null` (NaN).
 */

export interface DataProblem {
  /** Where it is: `payload.items.2.price`. */
  readonly field: string
  /** What is wrong and what to do instead. */
  readonly message: string
}

/** More than any input may have. They end a walk of values that contain the same object again and again. */
const maxDepth = 200
const maxValues = 1_000_000
const maxCharacters = 100_000_000

/** Objects of the language and of the platform whose content is not in their own members, and what to give instead. */
const withoutContent: Readonly<Record<string, string>> = {
  Map: 'an object, such as Object.fromEntries(map)',
  Set: 'an array, such as [...set]',
  WeakMap: 'an object',
  WeakSet: 'an array',
  WeakRef: 'the object that it refers to',
  Promise: 'its value: await it',
  RegExp: 'its text, regExp.source',
  Error: 'its message',
  ArrayBuffer: 'a text, such as Buffer.from(bytes).toString("base64")',
  SharedArrayBuffer: 'a text, such as Buffer.from(bytes).toString("base64")',
  DataView: 'a text, such as base64',
  Headers: 'an object, such as Object.fromEntries(headers)',
  FormData: 'an object, such as Object.fromEntries(formData)',
  URLSearchParams: 'an object, such as Object.fromEntries(params)',
  Blob: 'its text: await blob.text()',
  File: 'its text: await file.text()',
  Generator: 'an array, such as [...values]',
  AsyncGenerator: 'an array',
}

/** The first place at which a value cannot become JSON without loss; `null`: there is none. */
export function dataProblem(value: unknown, field: string): DataProblem | null {
  if (isPlain(value, 64, { values: 100_000 })) return null
  try {
    new Walk().visit(value, field, null)
    return null
  } catch (error) {
    if (error instanceof Found) return error.problem
    throw error
  }
}

/**
 * Whether a value is surely plain: the quick answer for nearly every value, in about the time of `JSON.stringify`. For the rest the
 * walk decides. `for in` takes half the time of `Object.keys`; what it finds beyond own members only makes the answer `false`.
 */
function isPlain(value: unknown, levels: number, left: { values: number }): boolean {
  switch (typeof value) {
    case 'string':
      return value.length < 1_000_000 && value.isWellFormed()
    case 'number':
      return Number.isFinite(value)
    case 'boolean':
      return true
    case 'object':
      return value === null || (levels > 0 && --left.values > 0 && hasPlainMembers(value, levels, left))
    default:
      return false
  }
}

function hasPlainMembers(value: object, levels: number, left: { values: number }): boolean {
  try {
    if (Array.isArray(value)) {
      for (let index = 0; index < value.length; index++) if (!isPlain(value[index], levels - 1, left)) return false
      return true
    }
    const prototype: unknown = Object.getPrototypeOf(value)
    if (prototype !== Object.prototype && prototype !== null) return false
    for (const key in value) {
      const member = (value as Readonly<Record<string, unknown>>)[key]
      const plain = member === undefined || isPlain(member, levels - 1, left)
      if (!plain || key === 'toJSON' || !key.isWellFormed()) return false
    }
    return true
  } catch {
    return false
  }
}

class Found extends Error {
  readonly problem: DataProblem

  constructor(place: Place | null, field: string, message: string) {
    super(message)
    const path = pathOf(place, field)
    this.problem = { field: path, message: path === '' ? `This ${message}` : `\`${path}\` ${message}` }
  }
}

/** A place below the value that was given, from the inside out: a path is written only where something is wrong. */
interface Place {
  readonly above: Place | null
  readonly key: string | number
  readonly container: object
}

class Walk {
  #values = 0
  #characters = 0

  visit(value: unknown, field: string, place: Place | null): void {
    if (++this.#values > maxValues)
      throw new Found(null, field, `has more than ${maxValues.toLocaleString('en')} values. Give less.`)
    const problem = this.#scalarProblem(value, field)
    if (problem !== null) throw new Found(place, field, problem)
    if (typeof value === 'object' && value !== null) this.#object(value, field, place)
  }

  /** `null` also for objects, which are looked into. */
  #scalarProblem(value: unknown, field: string): string | null {
    switch (typeof value) {
      case 'string':
        this.#characters += value.length
        if (this.#characters > maxCharacters)
          throw new Found(null, field, 'has more than 100,000,000 characters. Give less.')
        return value.isWellFormed() ? null : halfPair
      case 'number':
        return Number.isFinite(value) ? null : `is ${value}, which JSON does not have. Give a number, or null.`
      case 'bigint':
        return 'is a BigInt, which JSON does not have. Give it as a text, String(value), or as a number if it is small.'
      case 'function':
        return 'is a function, which JSON does not have. Leave it out, or give what it returns.'
      case 'symbol':
        return 'is a symbol, which JSON does not have. Give a text.'
      case 'undefined':
        return 'is undefined, which JSON does not have. Give null, or leave it out.'
      default:
        return null
    }
  }

  #object(value: object, field: string, place: Place | null): void {
    let depth = 0
    for (let above = place; above; above = above.above) {
      if (above.container === value)
        throw new Found(place, field, 'contains itself, and JSON cannot. Give an id instead.')
      depth++
    }
    if (depth > maxDepth) throw new Found(null, field, `is nested deeper than ${maxDepth} levels. Make it flatter.`)
    let at: string | number | null = null
    try {
      if (Array.isArray(value)) {
        for (let index = 0; index < value.length; index++) {
          at = index
          this.visit(value[index], field, { above: place, key: index, container: value })
        }
        return
      }
      const prototype: unknown = Object.getPrototypeOf(value)
      if (prototype !== Object.prototype && prototype !== null && this.#special(value, field, place)) return
      if (typeof (value as { toJSON?: unknown }).toJSON === 'function') return this.#ownJson(value, field, place)
      for (const key of Object.keys(value)) {
        at = key
        if (!key.isWellFormed()) throw new Found(place, field, `has a member whose name ${halfPair}`)
        this.#characters += key.length
        const member = (value as Readonly<Record<string, unknown>>)[key]
        if (member !== undefined) this.visit(member, field, { above: place, key, container: value })
      }
    } catch (error) {
      if (error instanceof Found) throw error
      const where = at === null ? place : { above: place, key: at, container: value }
      throw new Found(where, field, `cannot be read: ${reasonOf(error)}. Give plain values.`)
    }
  }

  /** Objects that are more than their members. @returns whether that was all that there is to look at */
  #special(value: object, field: string, place: Place | null): boolean {
    const kind = Object.prototype.toString.call(value).slice(8, -1)
    if (kind === 'Date') {
      if (Number.isNaN(Number(value)))
        throw new Found(
          place,
          field,
          'is a Date without a valid time, which would become null. Give a valid one, or null.',
        )
      return true
    }
    if (kind === 'Number' || kind === 'String' || kind === 'Boolean' || kind === 'BigInt' || kind === 'Symbol') {
      this.visit(value.valueOf(), field, place)
      return true
    }
    if (typeof (value as { toJSON?: unknown }).toJSON === 'function') return false
    const typedArray = ArrayBuffer.isView(value) && kind !== 'DataView'
    const instead = typedArray ? 'an array, [...values], or a text such as base64' : withoutContent[kind]
    if (instead !== undefined)
      throw new Found(place, field, `is a ${kind}, of which JSON keeps nothing that can be read back. Give ${instead}.`)
    return false
  }

  /** What `JSON.stringify` would write for an object that says so itself. */
  #ownJson(value: object, field: string, place: Place | null): void {
    const { toJSON } = value as { toJSON: (key: string) => unknown }
    let written: unknown
    try {
      written = toJSON.call(value, String(place?.key ?? ''))
    } catch (error) {
      throw new Found(place, field, `has a toJSON() that throws: ${reasonOf(error)}. Give plain values.`)
    }
    if (written === undefined && !Array.isArray(place?.container)) return
    // The method of the object that it returns is not called.
    if (
      typeof written === 'object' &&
      written !== null &&
      typeof (written as { toJSON?: unknown }).toJSON === 'function'
    )
      return
    this.visit(written, field, { above: place, key: 'toJSON()', container: value })
  }
}

const halfPair =
  'has half of a surrogate pair, which UTF-8 cannot carry. Cut texts between characters, or use text.toWellFormed().'

function reasonOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error)
  return text
    .slice(0, 200)
    .toWellFormed()
    .replace(/[.\s]+$/, '')
}

function pathOf(place: Place | null, field: string): string {
  const keys: string[] = []
  for (let at = place; at; at = at.above) keys.unshift(String(at.key).slice(0, 100).toWellFormed())
  return [...(field === '' ? [] : [field]), ...keys].join('.')
}
