import type { DatabaseSync } from 'node:sqlite'
import type { NewId } from '../../../ids.ts'
import { versionsOn, type Versions } from '../catalog/versions.ts'
import { scalar } from '../file/scalar.ts'
import { answersOn, type Answers } from './answers.ts'
import { batchRowsOn, type BatchRows } from './batch-rows.ts'
import { outcomesOn, type Outcomes } from './outcomes.ts'

/** The queue's open file, with what several methods share. One instance, in the thread that writes the file. */
export interface QueueFile {
  readonly database: DatabaseSync
  /** The number under which this process claims. */
  readonly epoch: number
  readonly newId: NewId
  /** Attempts that were out when the last process ended; `null`: unknown. */
  readonly wasOut: ReadonlySet<string> | null
  readonly answers: Answers
  readonly batches: BatchRows
  readonly outcomes: Outcomes
  readonly versions: Versions
}

/** Begins a new epoch. */
export function queueFileOn(database: DatabaseSync, newId: NewId, wasOut: ReadonlySet<string> | null): QueueFile {
  const nextEpoch = `INSERT INTO meta VALUES ('epoch', 1) ON CONFLICT (key) DO UPDATE SET value = value + 1 RETURNING value`
  return {
    database,
    epoch: Number(scalar(database, nextEpoch)),
    newId,
    wasOut,
    answers: answersOn(database),
    batches: batchRowsOn(database),
    outcomes: outcomesOn(database),
    versions: versionsOn(database),
  }
}
