import { expect } from 'vitest'
import type { Operation } from '../../../model.ts'
import type { OperationEnding, OperationRow, OperationStore, StoredFile } from '../../operation-store.ts'
import type { AcceptResult, Claim } from '../../queue.ts'
import { newId, t0, unique, type Context, type Subject } from '../harness.ts'
import { Scene } from '../queue/scene.ts'

/** What a suite of operations has. */
export interface OperationContext extends Context {
  /** A new application in the database that tests share. */
  readonly scene: () => Promise<OperationScene>
}

/** One application, with what a test does to its operations. */
export class OperationScene {
  readonly queue: Scene

  constructor(queue: Scene) {
    this.queue = queue
  }

  static async in(subject: Subject): Promise<OperationScene> {
    return new OperationScene(await new Scene(subject.store).create())
  }

  get app(): string {
    return this.queue.app
  }

  get store(): OperationStore {
    return this.queue.store.operations
  }

  row(fields: Partial<Operation> = {}): OperationRow {
    const createdAt = fields.createdAt ?? t0
    const id = newId('op', createdAt)
    return {
      operation: {
        id,
        app: this.app,
        kind: 'backup.owner',
        state: 'running',
        callbackUrl: 'https://example.com/called',
        metadata: { a: 'é' },
        message: null,
        error: null,
        file: null,
        createdAt,
        completedAt: null,
        expiresAt: null,
        calledAt: null,
        claimedAt: null,
        ...fields,
      },
      lastsMs: 60_000,
      claimHash: unique('hash'),
      sealedClaim: 'k1.claim',
      file: null,
    }
  }

  async create(fields: Partial<Operation> = {}): Promise<OperationRow> {
    const row = this.row(fields)
    expect(await this.store.create(row, null)).toEqual({ state: 'created' })
    return row
  }

  /** Ends an operation with the message of its callback. */
  async end(
    { operation: { id } }: OperationRow,
    fields: Partial<OperationEnding> = {},
  ): Promise<{ readonly result: AcceptResult; readonly claim: Claim }> {
    const message = this.queue.message({ acceptedAt: t0 + 1, targets: [id] })
    const ending: OperationEnding = {
      id,
      state: 'ready',
      error: null,
      payload: '{"done":true}',
      file: null,
      expiresAt: t0 + 60_000,
      ...fields,
    }
    const result = await this.queue.queue.accept(this.queue.item(message, { claimed: true, operation: ending }))
    const request = { kind: 'message', id: message.id } as const
    return { result, claim: { target: id, due: t0 + 1, request, generation: 1 } }
  }

  /** An operation that has ended, with the claim of its callback. */
  async ended(fields: Partial<OperationEnding> = {}): Promise<{ readonly row: OperationRow; readonly claim: Claim }> {
    const row = await this.create()
    const { result, claim } = await this.end(row, fields)
    expect(result).toEqual({ state: 'accepted' })
    return { row, claim }
  }

  async now({ operation: { id } }: OperationRow): Promise<Operation | undefined> {
    return (await this.store.operation(this.app, id))?.operation
  }
}

export function aFile(fields: Partial<StoredFile> = {}): StoredFile {
  return {
    stored: unique('file'),
    tokenHash: unique('token'),
    sealedToken: 'k1.token',
    digest: 'digest',
    name: 'backup é.zip',
    contentType: 'application/zip',
    bytes: 7,
    ...fields,
  }
}
