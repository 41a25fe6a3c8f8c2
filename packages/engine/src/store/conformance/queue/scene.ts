import { expect } from 'vitest'
import { anApplication } from '../../../testing/nouns.ts'
import type { IdempotencyRecord } from '../../idempotency.ts'
import { messageQuery } from '../../queue.ts'
import type {
  AcceptItem,
  Claim,
  ClaimedWork,
  DueRange,
  MessageQuery,
  Queue,
  RecordItem,
  Request,
  StoredMessage,
  StoredOutcome,
} from '../../queue.ts'
import type { Store } from '../../store.ts'
import { newId, t0, unique, type Context, type Subject } from '../harness.ts'

export const dayMs = 86_400_000

/** One application, with what a test does to its queue. */
export class Scene {
  readonly app: string
  readonly target: string
  readonly store: Store
  version = 0

  constructor(store: Store, app = unique('app'), target = unique('ep')) {
    this.store = store
    this.app = app
    this.target = target
  }

  get queue(): Queue {
    return this.store.queue
  }

  /** The same application and target, seen by another process. */
  in(subject: Subject): Scene {
    const scene = new Scene(subject.store, this.app, this.target)
    scene.version = this.version
    return scene
  }

  async create(): Promise<this> {
    const row = { application: anApplication({ id: this.app, org: unique('org') }), keys: [] }
    const unit = { kind: 'application', id: this.app } as const
    const changes = [{ kind: 'application', row, create: true }] as const
    const result = await this.store.catalog.write({ changes, expected: [{ ...unit, version: 0 }], idempotency: null })
    if (result.state !== 'written') throw new Error(result.state)
    this.version = result.versions[0]?.version ?? 0
    return this
  }

  message(fields: Partial<StoredMessage> = {}): StoredMessage {
    const acceptedAt = fields.acceptedAt ?? t0
    return {
      id: newId('msg', acceptedAt),
      app: this.app,
      eventType: 'invoice.paid',
      eventId: null,
      payload: '{"a":1}',
      channels: null,
      tags: null,
      params: {},
      platform: null,
      occurredAt: acceptedAt,
      acceptedAt,
      deliverAt: null,
      deliver: true,
      targets: [this.target],
      ...fields,
    }
  }

  item(message: StoredMessage, more: Partial<AcceptItem> & { claimed?: boolean } = {}): AcceptItem {
    const { claimed = false, ...rest } = more
    return {
      message,
      expiresAt: message.acceptedAt + 90 * dayMs,
      ownRetention: false,
      work: message.targets.map((target) => ({ target, claimed })),
      catalogVersion: this.version,
      idempotency: null,
      ...rest,
    }
  }

  /** Accepts and answers the claim that the accept may have made. */
  async accept(
    fields: Partial<StoredMessage> = {},
    more: Partial<AcceptItem> & { claimed?: boolean } = {},
  ): Promise<Claim> {
    const message = this.message(fields)
    expect(await this.queue.accept(this.item(message, more))).toEqual({ state: 'accepted' })
    const due = message.deliverAt ?? message.acceptedAt
    return { target: message.targets[0] ?? this.target, due, request: alone(message.id), generation: 1 }
  }

  async claim(now = t0, more: { from?: number; limit?: number; maxBytes?: number } = {}): Promise<ClaimedWork[]> {
    return [...(await this.claimResult(now, more)).work]
  }

  claimResult(now = t0, more: { from?: number; limit?: number; maxBytes?: number } = {}): ReturnType<Queue['claim']> {
    return this.queue.claim({ target: this.target, from: 0, now, limit: 100, maxBytes: 2 ** 30, ...more })
  }

  /** Claims what must be one row. */
  async claimOne(now = t0): Promise<ClaimedWork> {
    const work = await this.claim(now)
    expect(work.length).toBe(1)
    return work[0] as ClaimedWork
  }

  /** Claims what must be one row, and sends it. */
  async sendOne(now = t0): Promise<ClaimedWork> {
    const work = await this.claimOne(now)
    this.queue.leaving(asClaim(work))
    return work
  }

  ending({ target, due, request, generation }: Claim, fields: Partial<RecordItem> = {}): RecordItem {
    return {
      target,
      targetKind: 'endpoint',
      due,
      request,
      generation,
      attempts: [{ attempt: newId('atmpt', t0), message: request.id }],
      app: this.app,
      result: fields.next ? 'failed' : 'success',
      trigger: 'scheduled',
      code: fields.next ? 500 : 200,
      startedAt: t0 + 1,
      durationMs: 20,
      next: null,
      ...fields,
    }
  }

  record(claim: Claim, fields: Partial<RecordItem> = {}): ReturnType<Queue['record']> {
    return this.queue.record(this.ending(claim, fields))
  }

  /** Makes a failure whose retry is due then. */
  async fail(claim: Claim, due: number, failures = 1, pushedAt = t0): Promise<void> {
    expect(await this.record(claim, { next: { due, failures, pushedAt } })).toMatchObject({ state: 'recorded' })
  }

  async requeue(message: string, generation = 1, due = t0 + 50, bringForward = false, failures = 0): Promise<number> {
    const item = { app: this.app, target: this.target, message, due, generation, failures, bringForward }
    const result = await this.queue.requeue([item], null)
    return result.state === 'queued' ? result.queued : -1
  }

  /** Outcomes of this application. */
  async outcomes(): Promise<StoredOutcome[]> {
    return (await this.queue.outcomesAfter(0, 100_000)).filter(({ app }) => app === this.app)
  }

  async isThere(message: string): Promise<boolean> {
    return (await this.queue.message(this.app, message)) !== null
  }

  query(fields: Partial<MessageQuery> = {}): MessageQuery {
    return messageQuery(this.app, { order: 'ascending', limit: 100, ...fields })
  }
}

/** Work of a target, whenever it is due. */
export function anyDue(target: string): DueRange {
  return { target, from: 0, before: Number.MAX_SAFE_INTEGER }
}

export function keyOf(answer = 'the answer', fields: Partial<IdempotencyRecord> = {}): IdempotencyRecord {
  return { key: unique('key'), fingerprint: 'f1', answer, createdAt: t0, expiresAt: t0 + dayMs, ...fields }
}

export function ids(claims: readonly Claim[]): string[] {
  return claims.map(({ request }) => request.id)
}

/** The request of a message that leaves alone. */
export function alone(message: string): Request {
  return { kind: 'message', id: message }
}

/** The parts that name a claim. */
export function asClaim({ target, due, request, generation }: Claim): Claim {
  return { target, due, request, generation }
}

export async function sweepAll(queue: Queue, now: number, outcomesBefore = 0, limit = 1000): Promise<void> {
  let steps = 1
  while (await queue.sweep(now, outcomesBefore, limit)) {
    steps += 1
    if (steps > 1000) throw new Error('the sweep never ends')
  }
}

/** What a suite of the queue has. */
export interface QueueContext extends Context {
  /** A new application in the database that tests share. */
  readonly scene: () => Promise<Scene>
}
