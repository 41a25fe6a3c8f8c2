/** What the suites of a store need from an engine: a database of its own for a test, and a way to lose the process. */
import { afterAll, afterEach, beforeAll, expect } from 'vitest'
import { newIds, systemRandom } from '../../ids.ts'
import type { Store } from '../store.ts'

export interface StoreHarness {
  /** An empty store. */
  open(): Promise<Subject>
}

export interface Subject {
  readonly store: Store
  /** Every row of every table, to be compared with another dump. */
  dump(): Promise<unknown>
  /** Closes, and opens the same data again. */
  reopen(): Promise<Subject>
  /** What the next process finds after this one was killed: nothing was released or closed. */
  crash(): Promise<Subject>
  /** What it finds after a power failure: what was synced, and nothing else. */
  powerFailure(): Promise<Subject>
  close(): Promise<void>
}

export const newId = newIds(systemRandom)

/** A moment; all times of the suites are near it. */
export const t0 = 1_800_000_000_000

/** What every suite has. */
export interface Context {
  /** An empty store of the test's own. */
  readonly open: () => Promise<Subject>
  /** One database for all tests that keep to an application of their own. */
  readonly shared: () => Subject
  /** Runs it and shows that it changed nothing at all, in the shared database or in another one. */
  readonly changesNothing: <T>(work: () => Promise<T>, subject?: Subject) => Promise<T>
}

/** To be called inside of a `describe`: the shared database is opened before its first test. */
export function contextOf(harness: StoreHarness): Context {
  const { open, shared: openShared } = subjects(harness)
  let shared: Subject
  beforeAll(async () => {
    shared = await openShared()
  })
  return {
    open,
    shared: () => shared,
    async changesNothing(work, subject = shared) {
      const before = await subject.dump()
      const result = await work()
      expect(await subject.dump()).toEqual(before)
      return result
    },
  }
}

/** Opens subjects and closes them, and what followed them: when the test is over, or (`shared`) the suite. */
function subjects(harness: StoreHarness): { open: () => Promise<Subject>; shared: () => Promise<Subject> } {
  const opened = { open: new Set<Subject>(), shared: new Set<Subject>() }
  const watch = (subject: Subject, until: Set<Subject>): Subject => {
    until.add(subject)
    return {
      ...subject,
      reopen: async () => watch(await subject.reopen(), until),
      crash: async () => watch(await subject.crash(), until),
      powerFailure: async () => watch(await subject.powerFailure(), until),
    }
  }
  const closeAll = async (all: Set<Subject>): Promise<void> => {
    for (const subject of all) await subject.close()
    all.clear()
  }
  afterEach(() => closeAll(opened.open))
  afterAll(() => closeAll(opened.shared))
  return {
    open: async () => watch(await harness.open(), opened.open),
    shared: async () => watch(await harness.open(), opened.shared),
  }
}

let serial = 0

/** A name that no other test uses, so that tests can share a database. */
export function unique(prefix: string): string {
  serial += 1
  return `${prefix}_${String(serial).padStart(6, '0')}`
}

/** Text that is an attack somewhere, or a trap for a parser: all of it is just text here (K3). */
export const oddTexts = ["' OR 1=1--", '%_\\', '$1', '?', 'a\0b', '"', 'é😀', '[]', 'null', ' '] as const
