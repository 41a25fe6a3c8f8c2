import { nearestWord } from '@posthorn/wire'
import { childPath } from '../json/field-path.ts'

/** One thing wrong with a preset: the file in its folder, where in it, and what is wrong there. */
export interface PresetProblem {
  readonly file: string
  readonly path: string
  readonly reason: string
}

/**
 * A JSON value from outside, with its path. A problem is recorded, and reading continues with a harmless default, so
 * that an author sees every problem at once. The values that were read are valid only if no problem was recorded.
 */
export class JsonAt {
  /** `undefined`: it is absent. */
  readonly value: unknown
  readonly #file: string
  readonly #path: string
  readonly #problems: PresetProblem[]

  constructor(value: unknown, file: string, problems: PresetProblem[], path = '') {
    this.value = value
    this.#file = file
    this.#problems = problems
    this.#path = path
  }

  get isAbsent(): boolean {
    return this.value === undefined
  }

  refuse(reason: string): void {
    this.#problems.push({ file: this.#file, path: this.#path, reason })
  }

  /** Records problems that another check found inside this value. */
  refuseInside(problems: readonly { readonly path: string; readonly reason: string }[]): void {
    for (const { path, reason } of problems) {
      const joint = this.#path === '' || path === '' || path.startsWith('[') ? '' : '.'
      this.#problems.push({ file: this.#file, path: this.#path + joint + path, reason })
    }
  }

  /** A default for an absent value, at the same path. */
  or(value: unknown): JsonAt {
    return this.isAbsent ? this.#inside(value, this.#path) : this
  }

  /** The value of a member; absent where there is none. */
  get(name: string): JsonAt {
    const value = isObject(this.value) && Object.hasOwn(this.value, name) ? this.value[name] : undefined
    return this.#inside(value, childPath(this.#path, name))
  }

  /** This value as an object. Members with other names are refused. */
  object(known: readonly string[]): JsonAt {
    const entries = this.entries()
    for (const [name, value] of entries) {
      if (!known.includes(name)) value.refuse(`is not known here${guess(name, known)}`)
    }
    return isObject(this.value) ? this : this.#quiet({})
  }

  /** The members of an object whose names the author chooses. */
  entries(): [string, JsonAt][] {
    if (isObject(this.value)) return Object.keys(this.value).map((name) => [name, this.get(name)])
    this.refuse(this.isAbsent ? 'is missing' : 'must be an object')
    return []
  }

  /** Any object. Its members are not checked. */
  anyObject(): Readonly<Record<string, unknown>> {
    this.entries()
    return isObject(this.value) ? this.value : {}
  }

  list(): JsonAt[] {
    if (Array.isArray(this.value)) {
      return this.value.map((item: unknown, index) => this.#inside(item, childPath(this.#path, index)))
    }
    this.refuse(this.isAbsent ? 'is missing' : 'must be a list')
    return []
  }

  text(): string {
    if (typeof this.value === 'string' && this.value.trim() === this.value && this.value !== '') return this.value
    this.refuse(this.isAbsent ? 'is missing' : 'must be a text that is not empty, without spaces around it')
    return ''
  }

  /** A text that matches a form. `inWords` describes the form for the problem. */
  textLike(form: RegExp, inWords: string): string {
    if (typeof this.value === 'string' && form.test(this.value)) return this.value
    this.refuse(this.isAbsent ? 'is missing' : `must be ${inWords}`)
    return ''
  }

  whole(least: number, most: number): number {
    const { value } = this
    if (typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most) return value
    this.refuse(this.isAbsent ? 'is missing' : `must be a whole number from ${least} to ${most}`)
    return least
  }

  number(): number {
    if (typeof this.value === 'number') return this.value
    this.refuse(this.isAbsent ? 'is missing' : 'must be a number')
    return 0
  }

  flag(): boolean {
    if (typeof this.value === 'boolean') return this.value
    this.refuse(this.isAbsent ? 'is missing' : 'must be true or false')
    return false
  }

  oneOf<Value extends string>(values: readonly [Value, ...Value[]]): Value {
    const found = values.find((value) => value === this.value)
    if (found !== undefined) return found
    this.refuse(this.isAbsent ? 'is missing' : `must be one of ${values.join(', ')}`)
    return values[0]
  }

  #inside(value: unknown, path: string): JsonAt {
    return new JsonAt(value, this.#file, this.#problems, path)
  }

  /** Reads on in place of a value that was refused, and reports nothing: the value itself has been reported. */
  #quiet(value: unknown): JsonAt {
    return new JsonAt(value, this.#file, [], this.#path)
  }
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** `: did you mean "policy"?` for the end of a reason; nothing when no known word is close. */
export function guess(word: string, known: readonly string[]): string {
  const meant = nearestWord(word, known)
  return meant === null ? '' : `: did you mean "${meant}"?`
}
