import type { DatabaseSync, SQLOutputValue, StatementSync } from 'node:sqlite'
import {
  suspicion,
  type AcceptItem,
  type AcceptResult,
  type Claim,
  type ClaimRequest,
  type ClaimResult,
  type ClaimedWork,
  type FormItem,
  type FormResult,
  type RecordItem,
  type RecordResult,
  type RequeueItem,
  type Request,
  type RequeueResult,
  type StoredMessage,
  type StoredOutcome,
  type UnformItem,
} from '../queue.ts'
import type { IdempotencyRecord, Replay } from '../idempotency.ts'
import type { OperationRow } from '../operation-store.ts'
import type { NewId } from '../../ids.ts'
import type { AttemptResult } from '../../model.ts'
import { attemptKey } from './in-flight.ts'
import { CatalogWriter } from './catalog-writer.ts'
import { OperationWriter } from './operation-writer.ts'
import type { BatchWriter, OperationAnswer, QueueOperation } from './operations.ts'
import { detailOf, storedMessage } from './message-row.ts'
import { scalar } from './database.ts'
import { applyInOneTransaction } from './transaction.ts'

/** All statements that change the queue's file. Lives in the writer's thread; calls are synchronous. */
export class QueueWriter implements BatchWriter<QueueOperation> {
  readonly epoch: number
  readonly #database: DatabaseSync
  readonly #newId: NewId
  readonly #catalog: CatalogWriter
  readonly #operations: OperationWriter
  readonly #statements: Record<StatementName, StatementSync>
  #outcomeSeq: number
  /** Attempts that were out when the last process died; `null`: unknown. */
  readonly #wasOut: ReadonlySet<string> | null
  /** Where the next step of the sweep goes on: work that waits keeps its message, however old, and is stepped over. */
  #sweptUpTo = 0

  constructor(database: DatabaseSync, newId: NewId, wasOut: ReadonlySet<string> | null) {
    this.#database = database
    this.#wasOut = wasOut
    this.#newId = newId
    this.#operations = new OperationWriter(database)
    this.#catalog = new CatalogWriter(database, this.#operations)
    const prepared = Object.entries(sql).map(([name, text]) => [name, database.prepare(text)])
    this.#statements = Object.fromEntries(prepared) as Record<StatementName, StatementSync>
    // The sweep may have emptied the table: numbers are never given twice, since the ledger counts on their order.
    const newest = Number(scalar(database, 'SELECT coalesce(max(seq), 0) FROM outcome'))
    const floor = Number(scalar(database, "SELECT coalesce((SELECT value FROM meta WHERE key = 'outcome_floor'), 0)"))
    this.#outcomeSeq = Math.max(newest, floor)
    this.epoch = Number(
      scalar(
        database,
        `INSERT INTO meta VALUES ('epoch', 1) ON CONFLICT (key) DO UPDATE SET value = value + 1 RETURNING value`,
      ),
    )
  }

  apply(batch: readonly QueueOperation[]): readonly OperationAnswer[] {
    // What was undone on disk is undone here: versions are read again. Numbers of outcomes may have gaps.
    const undone = (): void => this.#catalog.reloadVersions()
    const answers = applyInOneTransaction(this.#database, batch, (operation) => this.#applyOne(operation), undone)
    if (answers.some((answer) => 'error' in answer)) undone()
    return answers
  }

  close(): void {
    this.#database.close()
  }

  #applyOne(operation: QueueOperation): unknown {
    switch (operation.kind) {
      case 'form':
        return this.#form(operation.item)
      case 'unform':
        return this.#unform(operation.item)
      case 'record':
        return this.#record(operation.item)
      case 'accept':
        return this.#accept(operation.item)
      case 'claim':
        return this.#claim(operation.request)
      case 'alone': {
        const { target, due, request, generation } = operation.claim
        this.#statements.alone.run(target, due, request.id, this.epoch, generation)
        return null
      }
      case 'release':
        return this.#release(operation.items)
      case 'requeue':
        return this.#requeue(operation.items, operation.idempotency)
      case 'cancel':
        return this.#cancel(operation.target, operation.limit, operation.at)
      case 'sweep':
        return this.#sweep(operation.now, operation.outcomesBefore, operation.limit)
      case 'expunge':
        return this.#statements.expunge.run(operation.app, operation.id).changes === 1
      case 'catalog': {
        const replay = operation.idempotency && this.#replay(operation.idempotency)
        if (replay) return replay
        const result = this.#catalog.write(operation.changes)
        if (result.state === 'written' && operation.idempotency) this.#keepAnswer(operation.idempotency)
        return result
      }
      case 'create_operation':
        return this.#createOperation(operation.row, operation.idempotency)
      case 'operation_claimed':
        return this.#operations.claimed(operation.app, operation.id, operation.at)
      case 'sweep_operations':
        return this.#operations.sweep(operation.now, operation.before, operation.limit)
    }
  }

  #accept(item: AcceptItem): AcceptResult {
    const { message } = item
    const replay = item.idempotency && this.#replay(item.idempotency)
    if (replay) return replay
    if (this.#catalog.version(message.app) !== item.catalogVersion) return { state: 'stale_catalog' }
    if (item.operation && !this.#operations.end(item.operation, message)) return { state: 'operation_ended' }
    const inserted = this.#statements.insertMessage.run(
      message.id,
      message.app,
      message.eventType,
      message.eventId,
      message.payload,
      message.occurredAt,
      message.acceptedAt,
      item.expiresAt,
      item.ownRetention ? 1 : 0,
      message.deliver ? 1 : 0,
      JSON.stringify(message.targets),
      detailOf(message),
    )
    if (inserted.changes !== 1) {
      const existing = this.#statements.messageByEventId.get(message.app, message.eventId)
      return { state: 'duplicate_event', message: String(existing?.id) }
    }
    const later = message.deliverAt !== null
    const due = message.deliverAt ?? message.acceptedAt
    for (const { target, claimed } of item.work) {
      const epoch = claimed ? this.epoch : 0
      this.#statements.insertWork.run(target, due, message.id, message.app, epoch, claimed ? 1 : 0, later ? 1 : 0)
    }
    if (item.idempotency) this.#keepAnswer(item.idempotency)
    return { state: 'accepted' }
  }

  #createOperation(
    row: OperationRow,
    idempotency: IdempotencyRecord | null,
  ): { state: 'created' | 'missing' } | Replay {
    const replay = idempotency && this.#replay(idempotency)
    if (replay) return replay
    if (this.#catalog.version(row.operation.app) === 0) return { state: 'missing' }
    this.#operations.create(row)
    if (idempotency) this.#keepAnswer(idempotency)
    return { state: 'created' }
  }

  /** All of the rows that become the batch, or none: the statements of one that is refused are undone. */
  #form(item: FormItem): FormResult {
    const { batch, app, target, due, members } = item
    const mine = (claim: Claim): boolean =>
      this.#statements.isMine.get(target, claim.due, claim.request.id, this.epoch, claim.generation) !== undefined
    if (!members.every(mine)) return { state: 'stale' }
    for (const claim of members) this.#statements.removeWork.run(target, claim.due, claim.request.id)
    this.#putBatch(
      batch,
      { app, target },
      members.map((claim) => claim.request.id),
    )
    this.#statements.insertBatchWork.run(target, due, batch, app, this.epoch, item.generation, 0)
    return { state: 'formed' }
  }

  /** Unsent, so the attempt number is given back. */
  #unform({ app, target, due, request, generation, failures, nextDue }: UnformItem): FormResult {
    const removed = this.#statements.finish.run(target, due, request.id, this.epoch, generation)
    if (removed.changes !== 1) return { state: 'stale' }
    const members = this.#membersOf(request.id) ?? []
    this.#removeBatch(request.id)
    for (const member of members)
      this.#statements.insertBatchWork.run(target, nextDue, member, app, 0, generation - 1, failures)
    return { state: 'formed' }
  }

  #putBatch(batch: string, of: { app: string; target: string }, messages: readonly string[]): void {
    this.#statements.insertBatch.run(batch, of.app, JSON.stringify(messages))
    for (const message of messages) this.#statements.insertBatchMember.run(message, of.target, batch)
  }

  #removeBatch(batch: string): void {
    this.#statements.removeBatch.run(batch)
    this.#statements.removeBatchMembers.run(batch)
  }

  /** The messages of a batch in their order; `null`: no batch has this id. */
  #membersOf(id: string): string[] | null {
    const row = this.#statements.batch.get(id)
    return row ? (JSON.parse(String(row.members)) as string[]) : null
  }

  #record(item: RecordItem): RecordResult {
    const { target, due, request, generation, next, split } = item
    const changed =
      next && !split
        ? this.#statements.reschedule.run(next.due, next.failures, target, due, request.id, this.epoch, generation)
        : this.#statements.finish.run(target, due, request.id, this.epoch, generation)
    if (changed.changes !== 1) return { state: 'stale' }
    if (item.result === 'success' && item.targetKind === 'operation')
      this.#operations.called(target, item.startedAt + item.durationMs)
    if (request.kind === 'batch' && (!next || split)) this.#removeBatch(request.id)
    if (next && split) this.#split(item, split, next)
    const nextAt = next ? next.due : null
    return { state: 'recorded', seqs: item.attempts.map((one) => this.#outcome({ ...item, ...one }, nextAt)) }
  }

  /** Each part is unclaimed, and its next attempt follows the one that was too large. */
  #split(item: RecordItem, parts: NonNullable<RecordItem['split']>, next: NonNullable<RecordItem['next']>): void {
    const { app, target, generation } = item
    for (const { batch, messages } of parts) {
      const [alone] = messages
      if (messages.length > 1) this.#putBatch(batch, item, messages)
      const id = messages.length > 1 ? batch : alone!
      this.#statements.insertBatchWork.run(target, next.due, id, app, 0, generation, next.failures)
    }
  }

  #outcome(
    item: Omit<RecordItem, keyof Claim | 'targetKind' | 'next' | 'split' | 'attempts'> & Ending,
    nextAt: number | null,
  ): number {
    const seq = ++this.#outcomeSeq
    this.#statements.insertOutcome.run(
      seq,
      item.attempt,
      item.app,
      item.message,
      item.target,
      item.generation,
      item.result,
      item.trigger === 'manual' ? 1 : 0,
      item.code,
      item.startedAt,
      item.durationMs,
      nextAt,
    )
    return seq
  }

  /** Takes work of one target. A row that another epoch had claimed may have been out when its process died. */
  #claim(request: ClaimRequest): ClaimResult {
    const { target, from, now, limit } = request
    const rows: Record<string, SQLOutputValue>[] = []
    let more = false
    let bytes = 0
    // Read first and written after: the statement must not walk rows that it changes.
    for (const row of this.#statements.claimable.iterate(target, from, now, this.epoch, limit + 1)) {
      bytes += typeof row.payload === 'string' ? row.payload.length : 0
      if (row.id === null) bytes += Number(this.#statements.batchBytes.get(String(row.message))?.bytes ?? 0)
      more = rows.length === limit || (rows.length > 0 && bytes > request.maxBytes)
      if (more) break
      rows.push(row)
    }
    const work: ClaimedWork[] = []
    const outcomes: StoredOutcome[] = []
    for (const row of rows) {
      const id = String(row.message)
      const request: Request = { kind: row.id === null ? 'batch' : 'message', id }
      const contents = request.kind === 'batch' ? this.#contentsOf(id) : [storedMessage(row)]
      const due = Number(row.due)
      const generation = Number(row.generation)
      const trigger = row.manual === 1 ? 'manual' : 'scheduled'
      const app = String(row.work_app)
      const unsent = (result: AttemptResult): void => {
        for (const { id: message, eventType } of contents)
          outcomes.push(this.#unsent({ app, message, target, generation, trigger }, eventType, result, now))
      }
      // Its messages were erased: nobody could send it.
      if (contents.length === 0) {
        this.#statements.removeWork.run(target, due, id)
        this.#removeBatch(id)
        continue
      }
      let crashes = Number(row.crashes)
      let attempt = generation + 1
      if (row.epoch !== 0) {
        // Notes tell of the last process only. What one before it had claimed, and nobody looked at since, may have been out.
        const wasOut = row.epoch === this.epoch - 1 ? this.#wasOut : null
        const out = wasOut?.has(attemptKey({ target, request, generation })) ?? true
        if (!out) attempt = generation
        else {
          // A machine that was restarted accuses nobody.
          if (wasOut && crashes <= -suspicion.deathsAlone) {
            this.#statements.removeWork.run(target, due, id)
            if (request.kind === 'batch') this.#removeBatch(id)
            unsent('quarantined')
            continue
          }
          if (wasOut) crashes += crashes < 0 ? 0 : 1
          unsent('interrupted')
        }
      }
      this.#statements.claim.run(this.epoch, attempt, crashes, target, due, id)
      const failures = Number(row.failures)
      const suspect = crashes >= suspicion.crashes || crashes < 0
      work.push({ target, due, request, generation: attempt, failures, trigger, suspect, contents })
    }
    const next = more ? null : this.#statements.nextDue.get(target, Math.max(from, now + 1))
    return { work, outcomes, more, nextDue: typeof next?.due === 'number' ? next.due : null }
  }

  #contentsOf(batch: string): StoredMessage[] {
    return this.#statements.batchContents.all(batch).map(storedMessage)
  }

  /** Records an ending that no attempt of this process had. */
  #unsent(
    key: Pick<StoredOutcome, 'app' | 'message' | 'target' | 'generation' | 'trigger'>,
    eventType: string,
    result: AttemptResult,
    at: number,
  ): StoredOutcome {
    const item = { ...key, attempt: this.#newId('atmpt', at), result, code: 0, startedAt: at, durationMs: 0 }
    const nextAt = result === 'interrupted' ? at : null
    return { ...item, eventType, nextAt, seq: this.#outcome(item, nextAt) }
  }

  #release(items: readonly Claim[]): void {
    for (const item of items)
      this.#statements.release.run(item.target, item.due, item.request.id, this.epoch, item.generation)
  }

  #requeue(items: readonly RequeueItem[], idempotency: IdempotencyRecord | null): RequeueResult {
    const replay = idempotency && this.#replay(idempotency)
    if (replay) return replay
    let queued = 0
    for (const item of items) {
      const { target, due, message, app, generation } = item
      const added = this.#statements.insertRequeued.run(target, due, message, app, generation).changes
      const moved =
        added === 0 && item.bringForward
          ? this.#statements.bringForward.run(due, target, message, app, this.epoch).changes
          : 0
      queued += Number(added) + Number(moved)
    }
    if (idempotency) this.#keepAnswer(idempotency)
    return { state: 'queued', queued }
  }

  #cancel(target: string, limit: number, at: number): StoredOutcome[] {
    return this.#statements.cancellable.all(target, this.epoch, limit).flatMap((row) => {
      const id = String(row.message)
      const key = {
        app: String(row.app),
        target,
        generation: Number(row.generation),
        trigger: row.manual === 1 ? 'manual' : 'scheduled',
      } as const
      const members = this.#membersOf(id)
      const messages = (members ?? [id]).map((message) => ({
        message,
        eventType: String(this.#statements.eventTypeOf.get(key.app, message)?.event_type ?? ''),
      }))
      this.#statements.removeWork.run(target, Number(row.due), id)
      if (members) this.#removeBatch(id)
      return messages.map(({ message, eventType }) => this.#unsent({ ...key, message }, eventType, 'cancelled', at))
    })
  }

  /**
   * A step through the oldest rows, `limit` at a time. Messages run out in the order in which they came, those with a
   * retention of their own aside, so a step that meets a row that is still kept is the last of its round.
   */
  #sweep(now: number, outcomesBefore: number, limit: number): boolean {
    const statements = this.#statements
    const early = statements.sweepEarly.run(now, limit)
    const oldest = statements.oldestMessages.all(this.#sweptUpTo, limit)
    const expired = oldest.filter((row) => Number(row.expires_at) < now)
    for (const row of expired) if (row.busy === 0) statements.deleteMessage.run(Number(row.seq))
    const messagesLeft = oldest.length === limit && expired.length === limit
    this.#sweptUpTo = messagesLeft ? Number(oldest.at(-1)?.seq) : 0
    const outcomes = statements.sweepOutcomes.run(limit, outcomesBefore)
    const answers = statements.sweepIdempotency.run(now, limit)
    statements.keepOutcomeFloor.run(this.#outcomeSeq)
    return messagesLeft || [early, outcomes, answers].some((result) => Number(result.changes) === limit)
  }

  #replay(record: IdempotencyRecord): Replay | null {
    const row = this.#statements.answer.get(record.key, record.createdAt)
    return row ? { state: 'replay', fingerprint: String(row.fingerprint), answer: String(row.answer) } : null
  }

  #keepAnswer(record: IdempotencyRecord): void {
    this.#statements.keepAnswer.run(record.key, record.fingerprint, record.answer, record.expiresAt)
  }
}

/** What an outcome says of its attempt. */
type Ending = Pick<StoredOutcome, 'attempt' | 'message' | 'target' | 'generation'>

type StatementName = keyof typeof sql

const messageIsBusy = `(
    EXISTS (SELECT 1 FROM work WHERE message = m.id AND again = 1)
    OR EXISTS (SELECT 1 FROM batch_member WHERE message = m.id)
    OR EXISTS (SELECT 1 FROM json_each(m.targets) t JOIN work w
      ON w.target = t.value AND w.due = m.accepted_at AND w.message = m.id))`

const sql = {
  insertMessage: `INSERT INTO message
      (id, app, event_type, event_id, payload, occurred_at, accepted_at, expires_at, early, deliver, targets, detail)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
  messageByEventId: `SELECT id FROM message WHERE app = ? AND event_id = ?`,
  insertWork: `INSERT INTO work (target, due, message, app, epoch, generation, failures, manual, crashes, again)
    VALUES (?, ?, ?, ?, ?, ?, 0, 0, 0, ?)`,
  finish: `DELETE FROM work WHERE target = ? AND due = ? AND message = ? AND epoch = ? AND generation = ?`,
  reschedule: `UPDATE work SET due = ?, failures = ?, epoch = 0, manual = 0, crashes = 0, again = 1
    WHERE target = ? AND due = ? AND message = ? AND epoch = ? AND generation = ?`,
  insertOutcome: `INSERT INTO outcome
      (seq, attempt, app, message, target, generation, result, manual, code, started_at, duration_ms, next_at)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  // One range of the primary key; the rows that this epoch holds in memory are stepped over (at most a lane's bound).
  // A batch has no message of its id: its messages are read after it.
  claimable: `SELECT w.due, w.message, w.app AS work_app, w.epoch, w.generation, w.failures, w.manual, w.crashes,
      m.id, m.app, m.event_type, m.event_id, m.payload, m.occurred_at, m.accepted_at, m.deliver, m.targets, m.detail
    FROM work w LEFT JOIN message m ON m.app = w.app AND m.id = w.message
    WHERE w.target = ? AND w.due >= ? AND w.due <= ? AND w.epoch <> ? ORDER BY w.due, w.message LIMIT ?`,
  isMine: `SELECT 1 FROM work WHERE target = ? AND due = ? AND message = ? AND epoch = ? AND generation = ?`,
  batch: `SELECT members FROM batch WHERE id = ?`,
  batchContents: `SELECT m.* FROM batch b, json_each(b.members) member
    JOIN message m ON m.app = b.app AND m.id = member.value WHERE b.id = ? ORDER BY member.key`,
  batchBytes: `SELECT sum(length(m.payload)) AS bytes FROM batch b, json_each(b.members) member
    JOIN message m ON m.app = b.app AND m.id = member.value WHERE b.id = ?`,
  insertBatch: `INSERT INTO batch (id, app, members) VALUES (?, ?, ?)`,
  insertBatchMember: `INSERT INTO batch_member (message, target, batch) VALUES (?, ?, ?)`,
  insertBatchWork: `INSERT INTO work (target, due, message, app, epoch, generation, failures, manual, crashes, again)
    VALUES (?, ?, ?, ?, ?, ?, ?, 0, 0, 1)`,
  removeBatch: `DELETE FROM batch WHERE id = ?`,
  removeBatchMembers: `DELETE FROM batch_member WHERE batch = ?`,
  eventTypeOf: `SELECT event_type FROM message WHERE app = ? AND id = ?`,
  claim: `UPDATE work SET epoch = ?, generation = ?, crashes = ?
    WHERE target = ? AND due = ? AND message = ?`,
  alone: `UPDATE work SET crashes = min(crashes, 0) - 1 WHERE target = ? AND due = ? AND message = ? AND epoch = ? AND generation = ?`,
  nextDue: `SELECT due FROM work WHERE target = ? AND due >= ? ORDER BY due LIMIT 1`,
  // Unsent, so the attempt number is given back too, and a trial that did not take place does not count.
  release: `UPDATE work SET epoch = 0, generation = generation - 1, crashes = iif(crashes < 0, crashes + 1, crashes)
    WHERE target = ? AND due = ? AND message = ? AND epoch = ? AND generation = ?`,
  // What was forgotten meanwhile cannot be sent: its row would wait for ever.
  insertRequeued: `INSERT INTO work (target, due, message, app, epoch, generation, failures, manual, crashes, again)
    SELECT ?1, ?2, ?3, ?4, 0, ?5, 0, 1, 0, 1
    WHERE EXISTS (SELECT 1 FROM message WHERE app = ?4 AND id = ?3 AND payload IS NOT NULL)
      AND NOT EXISTS (SELECT 1 FROM work WHERE message = ?3 AND target = ?1 AND again = 1)
      AND NOT EXISTS (SELECT 1 FROM batch_member WHERE message = ?3 AND target = ?1)
      AND NOT EXISTS (SELECT 1 FROM work w JOIN message m ON m.app = ?4 AND m.id = ?3
        WHERE w.target = ?1 AND w.due = m.accepted_at AND w.message = ?3)
    ON CONFLICT DO NOTHING`,
  // Not what this process has in its hands: that is on its way, or will be.
  // A message that waits in a batch brings the batch forward.
  bringForward: `UPDATE work SET due = ?1, manual = 1, again = 1
    WHERE target = ?2 AND epoch <> ?5 AND message IN (
      SELECT ?3 UNION ALL SELECT batch FROM batch_member WHERE message = ?3 AND target = ?2)
      AND due IN (
        SELECT due FROM work WHERE message = ?3 AND target = ?2 AND again = 1
        UNION ALL SELECT accepted_at FROM message WHERE app = ?4 AND id = ?3
        UNION ALL SELECT w.due FROM batch_member b JOIN work w ON w.message = b.batch AND w.target = b.target AND w.again = 1
          WHERE b.message = ?3 AND b.target = ?2)`,
  // What is out records itself.
  cancellable: `SELECT due, message, app, generation, manual FROM work WHERE target = ? AND epoch <> ? LIMIT ?`,
  removeWork: `DELETE FROM work WHERE target = ? AND due = ? AND message = ?`,
  expunge: `UPDATE message SET payload = NULL WHERE app = ? AND id = ?`,
  // What is still to be done keeps its message. A first attempt is due when its message was accepted, so the primary key
  // finds it; retries and repeats stand in an index of their own.
  oldestMessages: `SELECT m.seq, m.expires_at, ${messageIsBusy} AS busy FROM message m WHERE m.seq > ? ORDER BY m.seq LIMIT ?`,
  deleteMessage: `DELETE FROM message WHERE seq = ?`,
  sweepEarly: `DELETE FROM message WHERE seq IN (
      SELECT m.seq FROM message m WHERE m.early = 1 AND m.expires_at < ? AND NOT ${messageIsBusy} LIMIT ?)`,
  sweepOutcomes: `DELETE FROM outcome WHERE seq IN
      (SELECT seq FROM (SELECT seq, started_at FROM outcome ORDER BY seq LIMIT ?) WHERE started_at < ?)`,
  sweepIdempotency: `DELETE FROM idempotency WHERE key IN (SELECT key FROM idempotency WHERE expires_at < ? LIMIT ?)`,
  keepOutcomeFloor: `INSERT INTO meta VALUES ('outcome_floor', ?)
    ON CONFLICT (key) DO UPDATE SET value = excluded.value`,
  answer: `SELECT fingerprint, answer FROM idempotency WHERE key = ? AND expires_at > ?`,
  keepAnswer: `INSERT OR REPLACE INTO idempotency VALUES (?, ?, ?, ?)`,
} as const
