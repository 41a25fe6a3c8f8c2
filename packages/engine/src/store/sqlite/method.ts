import type { DatabaseSync } from 'node:sqlite'

/**
 * How this engine does the methods of the store. Each stands in the file of its subject, with its SQL, and is typed by the
 * interface's method: `write<QueueFile, Queue['record']>(...)`. A subject exports an object of its methods; the list of a part
 * spreads these objects.
 */
export type Method<File> = Write<File, StoreMethod> | Read<StoreMethod>

/** A method of one of the store's interfaces. */
type StoreMethod = (...args: never[]) => Promise<unknown>

/** Changes a file: in the thread that writes it, in the transaction of a group of calls. */
export interface Write<File, M extends StoreMethod> extends GroupTerms<M> {
  readonly kind: 'write'
  /** Prepares its statements, once for each start. */
  readonly on: (file: File) => Done<M>
}

/** Only reads: in the thread of the readers, with a connection of its own. */
export interface Read<M extends StoreMethod> {
  readonly kind: 'read'
  readonly on: (database: DatabaseSync) => Done<M>
}

/** How a call joins a group. */
export interface GroupTerms<M extends StoreMethod> {
  /** `low`: a group takes as many as fit, and the rest waits for the next one (see `group-commit.ts`). */
  readonly priority: 'high' | 'low'
  /** About as many characters as the call and its answer have, where these may be large. */
  readonly bytes: (...args: Parameters<M>) => number
}

/** What a method does in its thread: the same without the promise. */
type Done<M extends StoreMethod> = (...args: Parameters<M>) => Awaited<ReturnType<M>>

export function read<M extends StoreMethod>(on: Read<M>['on']): Read<M> {
  return { kind: 'read', on }
}

export function write<File, M extends StoreMethod>(
  on: Write<File, M>['on'],
  { priority = 'high', bytes = () => 0 }: Partial<GroupTerms<M>> = {},
): Write<File, M> {
  return { kind: 'write', priority, bytes, on }
}
