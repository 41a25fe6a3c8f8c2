/** A dialect that writes into the query, and an address that has the parameter already: the receiver could not tell which one counts. */
import type { CompiledDialect } from '../compile/compiled-dialect.ts'

/** What is wrong with the address for this dialect, with what to do; `null`: nothing. */
export function takenParameter({ dialect, reading }: CompiledDialect, url: string): string | null {
  if (reading.query.length === 0) return null
  const [address = ''] = url.split('#', 1)
  const start = address.indexOf('?')
  if (start < 0) return null
  const given = new URLSearchParams(address.slice(start + 1))
  const taken = reading.query.find(({ name }) => given.has(name))
  return taken === undefined
    ? null
    : `the URL has the parameter "${taken.name}" already, which ${dialect.title} writes: give it another name`
}
