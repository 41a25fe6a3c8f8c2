/** Compiled dialects: built-in ones by name, and any other by its data. Each is compiled once, at first use. */
import { compile } from './compile.ts'
import type { CompiledDialect } from './compiled-dialect.ts'
import type { Dialect } from '../dialect.ts'
import { dialects } from '../dialects/index.ts'
import { WireError } from '../errors.ts'
import { nearestWord } from '../text/nearest-word.ts'

const compiled = new Map<string, CompiledDialect>()
/** Dialects that were given as data, by the object. */
const compiledData = new WeakMap<Dialect, CompiledDialect>()

/**
 * A built-in dialect.
 *
 * @throws {WireError} `unknown_dialect`
 * @example
 * dialect('standard').newSecret((bytes) => crypto.getRandomValues(new Uint8Array(bytes))) // 'whsec_...'
 */
export function dialect(name: string): CompiledDialect {
  const known = compiled.get(name)
  if (known !== undefined) return known
  const found = dialects.find((one) => one.name === name)
  if (found === undefined) {
    const names = dialects.map((one) => one.name)
    const meant = nearestWord(name, names)
    const guess = meant === null ? '' : `Did you mean ${meant}? `
    throw new WireError('unknown_dialect', `There is no dialect called ${JSON.stringify(name)}.`, {
      hint: `${guess}Built in are ${names.join(', ')}. Pass your own as an object.`,
    })
  }
  const made = compile(found)
  compiled.set(name, made)
  return made
}

/** A dialect as `sign` and `verify` accept it: a built-in name, data, or the result of `compile`. */
export type DialectLike = string | Dialect | CompiledDialect

export function toCompiled(like: DialectLike): CompiledDialect {
  if (typeof like === 'string') return dialect(like)
  if ('reading' in like) return like
  const known = compiledData.get(like)
  if (known !== undefined) return known
  const made = compile(like)
  compiledData.set(like, made)
  return made
}
