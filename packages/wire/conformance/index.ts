/**
 * The suite that every dialect passes, built in or your own. It needs no test runner:
 *
 * @example
 * import { test } from 'node:test'
 * import { dialectSuite } from '@posthorn/wire/conformance'
 *
 * for (const { name, run } of dialectSuite(acme, { vectors })) test(name, run)
 */
import { compile, type Dialect } from '@posthorn/wire'
import { randomCase, seeded } from './cases.ts'
import { applies, laws } from './laws.ts'
import { checkVector, type Vector } from './vectors.ts'

export { randomCase, seeded, type Case, type Random } from './cases.ts'
export { applies, laws, type Law } from './laws.ts'
export { checkVector, type Vector, type VectorFile } from './vectors.ts'

export interface SuiteOptions {
  /** Requests that are known to be right, from the vendor's documentation or a capture. */
  vectors?: readonly Vector[]
  /** How many random messages each law is tried with. Default 50. */
  cases?: number
  /** The same seed tries the same messages. Default 1. */
  seed?: number
}

export interface SuiteTest {
  name: string
  /** Rejects with an `Error` that says which law broke, and with which seed. */
  run: () => Promise<void>
}

/** @throws {WireError} `invalid_dialect` */
export function dialectSuite(dialect: Dialect, options: SuiteOptions = {}): SuiteTest[] {
  const { vectors = [], cases = 50, seed = 1 } = options
  const compiled = compile(dialect)
  return [
    ...laws
      .filter((law) => applies(law, compiled))
      .map((law) => ({
        name: `${dialect.name}: ${law.name}`,
        run: async () => {
          for (let index = 0; index < cases; index++) {
            const random = seeded(seed * 1_000_003 + index)
            try {
              await law.holds(compiled, randomCase(compiled, random), random)
            } catch (error) {
              throw new Error(`${dialect.name}: ${law.name} (seed ${seed}, case ${index})`, { cause: error })
            }
          }
        },
      })),
    ...vectors.map((vector) => ({
      name: `${dialect.name}: vector ${vector.name} matches byte for byte`,
      run: () => checkVector(compiled, vector),
    })),
  ]
}
