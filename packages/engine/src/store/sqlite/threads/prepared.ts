import type { DatabaseSync } from 'node:sqlite'
import type { Method } from '../method.ts'
import type { Call } from './call.ts'

/** Methods on an open file, by the name in their calls. */
export type Prepared = ReadonlyMap<string, (...args: readonly unknown[]) => unknown>

/** The methods of some parts, each by its name. */
type Parts<File> = Readonly<Record<string, Readonly<Record<string, Method<File>>>>>

export function prepareWrites<File>(parts: Parts<File>, file: File): Prepared {
  return prepare(parts, (method) => (method.kind === 'write' ? method.on(file) : null))
}

export function prepareReads(parts: Parts<never>, database: DatabaseSync): Prepared {
  return prepare(parts, (method) => (method.kind === 'read' ? method.on(database) : null))
}

/** Does a call. */
export function apply(prepared: Prepared, { name, args }: Call): unknown {
  const method = prepared.get(name)
  if (!method) throw new Error(`The store has no method ${name}.`)
  return method(...args)
}

function prepare<File>(parts: Parts<File>, on: (method: Method<File>) => unknown): Prepared {
  const prepared = new Map<string, (...args: readonly unknown[]) => unknown>()
  for (const [part, methods] of Object.entries(parts))
    for (const [name, method] of Object.entries(methods)) {
      const done = on(method) as ((...args: readonly unknown[]) => unknown) | null
      if (done) prepared.set(`${part}.${name}`, done)
    }
  return prepared
}
