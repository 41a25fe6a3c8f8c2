import {
  compile,
  dialect as builtIn,
  dialects as builtInDialects,
  WireError,
  type CompiledDialect,
  type Dialect,
} from '@posthorn/wire'
import { EngineError } from '../errors.ts'
import type { DialectVersion } from '../model.ts'
import { carriesClaim } from './carries-claim.ts'

/**
 * Every wire format by its name: those that come with the program, with presets or with the options are the same for all and
 * read-only; an organisation's own have versions, which endpoints pin so that retries keep their bytes. An own one stays what its
 * name means there, also when a preset, an option or a newer program brings that name later.
 */
export class Dialects {
  readonly #given: ReadonlyMap<string, CompiledDialect>
  readonly #own = new Map<string, Map<string, DialectVersion[]>>()
  readonly #compiled = new WeakMap<DialectVersion, CompiledDialect>()
  readonly #standard: CompiledDialect

  /** @throws EngineError `dialect_refused`; `unknown_dialect` when there is no dialect of the default's name */
  constructor(given: readonly Dialect[], defaultName: string) {
    this.#given = new Map(given.map((dialect) => [dialect.name, compiled(dialect)]))
    const standard = this.#readOnly(defaultName)
    if (!standard) throw this.unknown('', defaultName)
    this.#standard = standard
  }

  /** By name; `null` is the server's default. @throws EngineError `unknown_dialect` */
  find(org: string, name: string | null, version: number | null = null): CompiledDialect {
    if (name === null) return this.#standard
    const versions = this.versions(org, name)
    const readOnly = versions.length === 0 ? this.#readOnly(name) : null
    if (readOnly) return readOnly
    const row = version === null ? versions.at(-1) : versions.find((candidate) => candidate.version === version)
    if (!row) throw this.unknown(org, name, version)
    let compiled = this.#compiled.get(row)
    if (!compiled) {
      compiled = compile(row.definition)
      this.#compiled.set(row, compiled)
    }
    return compiled
  }

  /** What carries the claim of an operation's callback: this dialect, where it has a place for one; else a built-in one that has. */
  forClaims(dialect: CompiledDialect): CompiledDialect {
    if (carriesClaim(dialect.dialect)) return dialect
    const builtInOne = builtInDialects.find(carriesClaim)
    if (!builtInOne) throw new Error('No built-in dialect carries a claim, so callbacks of operations cannot be sent.')
    return builtIn(builtInOne.name)
  }

  /** Whether the name is that of a shared dialect. */
  isReadOnly(org: string, name: string): boolean {
    return this.versions(org, name).length === 0 && this.#readOnly(name) !== null
  }

  /** Whether a custom dialect of the organisation hides a shared one. */
  hides(org: string, name: string): boolean {
    return this.versions(org, name).length > 0 && this.#readOnly(name) !== null
  }

  /** All that an organisation can name, in the order of the names: the newest version of each. */
  list(org: string): CompiledDialect[] {
    const names = [
      ...builtInDialects.map(({ name }) => name),
      ...this.#given.keys(),
      ...(this.#own.get(org)?.keys() ?? []),
    ]
    return [...new Set(names)].toSorted().map((name) => this.find(org, name))
  }

  /** The headers that any dialect of this program or of an organisation writes, in lower case. */
  headerNames(): ReadonlySet<string> {
    const own = [...this.#own.values()].flatMap((dialects) => [...dialects.values()].flat())
    const all = [...builtInDialects.map(compile), ...this.#given.values(), ...own.map((row) => compile(row.definition))]
    return new Set(all.flatMap(({ reservedHeaders }) => reservedHeaders))
  }

  /** The versions of an organisation's own dialect, oldest first. */
  versions(org: string, name: string): readonly DialectVersion[] {
    return this.#own.get(org)?.get(name) ?? []
  }

  /** What an endpoint that begins to use a dialect now pins; `null`: it has no versions. */
  newest(org: string, name: string | null): number | null {
    return name === null ? null : (this.versions(org, name).at(-1)?.version ?? null)
  }

  add(row: DialectVersion): void {
    let dialects = this.#own.get(row.org)
    if (!dialects) {
      dialects = new Map()
      this.#own.set(row.org, dialects)
    }
    dialects.set(row.name, [...(dialects.get(row.name) ?? []), row])
  }

  /** All of an organisation's own, in the order of their versions. */
  replace(org: string, rows: readonly DialectVersion[]): void {
    this.#own.delete(org)
    for (const row of rows) this.add(row)
  }

  delete(org: string, name: string): void {
    this.#own.get(org)?.delete(name)
  }

  unknown(org: string, name: string, version: number | null = null): EngineError {
    const versions = this.versions(org, name)
    const text =
      version !== null && versions.length > 0
        ? `The dialect ${name} has no version ${version}; it has ${versions.map((row) => row.version).join(', ')}.`
        : `There is no dialect ${JSON.stringify(name.slice(0, 80))}. There are: ${this.#names(org).join(', ')}.`
    return new EngineError('unknown_dialect', text, { field: 'dialect' })
  }

  #names(org: string): string[] {
    const all = [
      ...this.#given.keys(),
      ...(this.#own.get(org)?.keys() ?? []),
      ...builtInDialects.map(({ name }) => name),
    ]
    return [...new Set(all)]
  }

  #readOnly(name: string): CompiledDialect | null {
    const given = this.#given.get(name)
    if (given) return given
    try {
      return builtIn(name)
    } catch (error) {
      if (error instanceof WireError) return null
      throw error
    }
  }
}

/** @throws EngineError `dialect_refused` with every place and reason */
function compiled(dialect: Dialect): CompiledDialect {
  try {
    return compile(dialect)
  } catch (error) {
    if (!(error instanceof WireError)) throw error
    const details = { field: 'dialects', problems: error.problems, cause: error }
    throw new EngineError('dialect_refused', error.message, details)
  }
}
