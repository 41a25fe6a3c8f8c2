import type { NewId } from '../../../ids.ts'
import { catalogMethods } from '../catalog/methods.ts'
import { readFailure } from '../file/failure.ts'
import { openReader, openWriter } from '../file/open-file.ts'
import { Patience } from '../file/patience.ts'
import { ledgerMigrations } from '../file/ledger-schema.ts'
import { queueMigrations } from '../file/queue-schema.ts'
import { applyGroup, type GroupWriter } from '../file/transaction.ts'
import { ledgerFileOn } from '../ledger/ledger-file.ts'
import { ledgerMethods } from '../ledger/methods.ts'
import { operationMethods } from '../operation-store/methods.ts'
import { readInFlight } from '../queue/in-flight.ts'
import { queueMethods } from '../queue/methods.ts'
import { queueFileOn } from '../queue/queue-file.ts'
import type { Answer, Call } from './call.ts'
import { apply, prepareReads, prepareWrites } from './prepared.ts'

/** What a thread of the store is for: there is one writer a file, and one thread for all reads. */
export type Role = 'queue' | 'ledger' | 'reads'

/** Paths of the files of a data folder. */
export interface Paths {
  readonly queue: string
  readonly ledger: string
  readonly inFlight: string
}

/** The part of the store that one thread has. */
export interface Part {
  /** The number under which this process claims; 0 where nothing is claimed. */
  readonly epoch: number
  apply(calls: readonly Call[]): readonly Answer[]
  close(): void
}

export function openPart(role: Role, paths: Paths, newId: NewId): Part {
  switch (role) {
    case 'queue':
      return openQueuePart(paths, newId)
    case 'ledger':
      return openLedgerPart(paths)
    case 'reads':
      return openReadsPart(paths)
  }
}

function openQueuePart(paths: Paths, newId: NewId): Part {
  const database = openWriter(paths.queue, queueMigrations, 'FULL')
  const file = queueFileOn(database, newId, readInFlight(paths.inFlight))
  const parts = { queue: queueMethods, catalog: catalogMethods, operations: operationMethods }
  const methods = prepareWrites(parts, file)
  // Numbers of outcomes may have gaps; versions that were undone on disk are read again.
  const undone = (): void => file.versions.reload()
  return partOf(file.epoch, { database, apply: (call) => apply(methods, call), undone })
}

/** The ledger may lag: what a power failure takes from it is read again from the queue, so it does not wait for the disk. */
function openLedgerPart(paths: Paths): Part {
  const database = openWriter(paths.ledger, ledgerMigrations, 'NORMAL')
  const file = ledgerFileOn(database)
  const methods = prepareWrites({ ledger: ledgerMethods }, file)
  return partOf(0, {
    database,
    apply: (call) => apply(methods, call),
    finish: () => file.merge(),
    undone: () => file.undone(),
  })
}

function partOf(epoch: number, parts: Omit<GroupWriter, 'patience'>): Part {
  const writer = { ...parts, patience: new Patience(parts.database) }
  return { epoch, apply: (calls) => applyGroup(writer, calls), close: () => writer.database.close() }
}

/** Connections of their own, so that a slow search does not delay a delivery. */
function openReadsPart(paths: Paths): Part {
  const queueFile = openReader(paths.queue)
  const ledgerFile = openReader(paths.ledger)
  const methods = new Map([
    ...prepareReads({ queue: queueMethods, catalog: catalogMethods, operations: operationMethods }, queueFile),
    ...prepareReads({ ledger: ledgerMethods }, ledgerFile),
  ])
  return {
    epoch: 0,
    apply: (calls) =>
      calls.map((call): Answer => {
        try {
          return { value: apply(methods, call) }
        } catch (error) {
          return { error: readFailure(error) }
        }
      }),
    close: () => {
      queueFile.close()
      ledgerFile.close()
    },
  }
}
