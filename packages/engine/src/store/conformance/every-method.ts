import { expect, test } from 'vitest'
import type { Store } from '../store.ts'
import type { StoreHarness, Subject } from './harness.ts'

/** A harness that notes which methods of the store its tests call. */
export interface WatchedHarness extends StoreHarness {
  /** Fails where a method was called by no test before it: a suite forgot it, so another engine could lack it. */
  readonly everyMethodSuite: () => void
}

type Part = Readonly<Record<string, unknown>>

export function watched(harness: StoreHarness): WatchedHarness {
  const called = new Set<string>()
  const methods = new Set<string>()

  function part<P extends object>(name: string, of: P): P {
    const watchedPart: Record<string, unknown> = {}
    for (const [key, value] of Object.entries(of as Part)) {
      watchedPart[key] = value
      if (typeof value !== 'function') continue
      methods.add(`${name}.${key}`)
      watchedPart[key] = (...args: unknown[]): unknown => {
        called.add(`${name}.${key}`)
        return Reflect.apply(value, of, args)
      }
    }
    return watchedPart as P
  }

  function watch(subject: Subject): Subject {
    const { queue, ledger, catalog, operations } = subject.store
    const store: Store = {
      queue: part('queue', queue),
      ledger: part('ledger', ledger),
      catalog: part('catalog', catalog),
      operations: part('operations', operations),
      trouble: () => subject.store.trouble(),
      close: () => subject.store.close(),
    }
    return {
      ...subject,
      store,
      reopen: async () => watch(await subject.reopen()),
      crash: async () => watch(await subject.crash()),
      powerFailure: async () => watch(await subject.powerFailure()),
    }
  }

  return {
    open: async () => watch(await harness.open()),
    everyMethodSuite() {
      test('every method of the store is called by a suite', () => {
        expect([...methods].filter((method) => !called.has(method))).toEqual([])
      })
    },
  }
}
