import type { Engine } from '../engine.ts'
import { EngineError } from '../errors.ts'
import { calls, type AtOnce } from './calls.ts'
import type { Parameter } from './parameter.ts'

type Call = (...given: unknown[]) => unknown
type Table = { readonly [name: string]: readonly Parameter[] | AtOnce<readonly Parameter[]> | Table }
type Part = Readonly<Record<string, unknown>>

/**
 * The engine, with the arguments of every call checked before the call: what JSON cannot hold, and what has another type than the
 * declared one, is an `EngineError` that names the place, and never an error out of the middle of the engine.
 */
export function checked(engine: Engine): Engine {
  const part = checkedPart(engine as unknown as Part, calls)
  return { ...engine, ...part }
}

function checkedPart(part: Part, table: Table): Part {
  return Object.fromEntries(
    Object.entries(table).map(([name, parameters]) => {
      const given = part[name]
      if (isList(parameters)) return [name, later(given as Call, parameters)]
      if (isAtOnce(parameters)) return [name, atOnce(given as Call, parameters.atOnce)]
      return [name, checkedPart(given as Part, parameters)]
    }),
  )
}

function later(call: Call, parameters: readonly Parameter[]): Call {
  return (...given) => {
    const refused = refusalOf(given, parameters)
    return refused ? Promise.reject(refused) : call(...given)
  }
}

function atOnce(call: Call, parameters: readonly Parameter[]): Call {
  return (...given) => {
    const refused = refusalOf(given, parameters)
    if (refused) throw refused
    return call(...given)
  }
}

function refusalOf(given: readonly unknown[], parameters: readonly Parameter[]): EngineError | null {
  for (let at = 0; at < parameters.length; at++) {
    const problem = parameters[at]!(given[at])
    if (problem) return new EngineError('invalid', problem.message, { field: problem.field })
  }
  return null
}

function isList(entry: Table[string]): entry is readonly Parameter[] {
  return Array.isArray(entry)
}

function isAtOnce(entry: Exclude<Table[string], readonly Parameter[]>): entry is AtOnce<readonly Parameter[]> {
  return Array.isArray(entry['atOnce'])
}
