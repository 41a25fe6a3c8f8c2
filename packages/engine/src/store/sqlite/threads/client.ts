import type { GroupTerms, Method } from '../method.ts'
import type { Call } from './call.ts'

/** The methods of a part as the main thread calls them. */
export type Client<Methods> = {
  readonly [Name in keyof Methods]: Methods[Name] extends { on: (file: never) => (...args: infer Args) => infer Result }
    ? (...args: Args) => Promise<Result>
    : never
}

/** Where calls go: to the thread that writes the part's file, or to the one that reads. */
export interface Threads {
  write(
    call: Call,
    terms: { readonly priority: GroupTerms<never>['priority']; readonly bytes: number },
  ): Promise<unknown>
  read(call: Call): Promise<unknown>
}

/** Makes a function of each method of a part that sends its call to the right thread. */
export function clientOf<Methods extends Readonly<Record<string, Method<never>>>>(
  part: string,
  methods: Methods,
  threads: Threads,
): Client<Methods> {
  const functionOf = (name: string, method: Method<never>) => {
    const called = `${part}.${name}`
    if (method.kind === 'read') return (...args: readonly unknown[]) => threads.read({ name: called, args })
    const { priority } = method
    return (...args: readonly never[]) =>
      threads.write({ name: called, args }, { priority, bytes: method.bytes(...args) })
  }
  const functions = Object.entries(methods).map(([name, method]) => [name, functionOf(name, method)])
  return Object.fromEntries(functions) as Client<Methods>
}
