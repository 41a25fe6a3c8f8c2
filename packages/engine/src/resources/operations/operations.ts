import type { Condition, WriteOptions } from '../../write-options.ts'
import type { Readable } from 'node:stream'
import type { OperationResult } from '../../operations/result.ts'
import { created, operationFields, type Operation, type OperationInput, type OperationState } from '@posthorn/model'
import { takenParameter } from '@posthorn/wire'
import { checkStep } from '../../checks/rules.ts'
import { checkInput } from '../../checks/input.ts'
import { EngineError, notFound } from '../../errors.ts'
import { callbackPolicy } from '../../directory/callback-entry.ts'
import { hashOf, newClaimId } from '../../operations/claim-id.ts'
import { endOperation, fileOf, payloadOf, reasonOf, type EndParts } from '../../operations/end.ts'
import type { OperationRow } from '../../store/operation-store.ts'
import { readPage, type List, type Page, type PageOptions } from '../pages.ts'
import type { ResourceParts } from '../parts.ts'
import { idempotencyRecord, repeated } from '../../idempotency.ts'

/** What a claim brings. */
export type Claimed =
  | { readonly kind: 'running' }
  | { readonly kind: 'failed'; readonly reason: string }
  | { readonly kind: 'payload'; readonly payload: string }
  | {
      readonly kind: 'file'
      /** The end of its link: whoever has it may fetch the file, until it expires. */
      readonly token: string
      readonly name: string
      readonly contentType: string
      readonly bytes: number
      readonly expiresAt: number
    }

export interface OperationFile {
  readonly name: string
  readonly contentType: string
  readonly bytes: number
  /** SHA-256 of the bytes, base64url. */
  readonly digest: string
  readonly expiresAt: number
  /** Its bytes from the disk, or those of a range, whose end is inclusive. */
  read(range?: { readonly start: number; readonly end: number }): Promise<Readable>
}

export interface OperationFilter extends PageOptions {
  readonly states?: readonly OperationState[]
  readonly kind?: string
}

/** Operations of an application. */
export interface OperationResource {
  create(org: string, app: string, input: OperationInput, write?: WriteOptions): Promise<Operation>
  /** The job is done: resolves when its result and the work of its callback are on disk. Once; a second time is a conflict. */
  complete(
    org: string,
    app: string,
    id: string,
    result: OperationResult,
    write?: WriteOptions & Condition,
  ): Promise<Operation>
  /** The job came to nothing: calls back as well, and the claim says why. */
  fail(
    org: string,
    app: string,
    id: string,
    input: { readonly reason: string },
    write?: WriteOptions & Condition,
  ): Promise<Operation>
  get(org: string, app: string, id: string): Promise<Operation>
  list(org: string, app: string, filter?: OperationFilter): Promise<Page<Operation>>
  /** What the id of a callback stands for; again and again until it expires. */
  claim(org: string, app: string, claimId: string): Promise<Claimed>
  /** The file at the end of a link. Asks for no organisation: the token cannot be guessed, and names one file. */
  file(token: string): Promise<OperationFile>
}

const defaultSeconds = 86_400

export function operations(parts: ResourceParts & EndParts): OperationResource {
  const { directory, clock, newId, random, operations: store, files } = parts

  async function rowOf(org: string, app: string, id: string): Promise<OperationRow> {
    const row = await store.operation(directory.application(org, app).application.id, id)
    if (!row) throw notFound('operation', id)
    return row
  }

  /** As it stands at this moment: what has run out is expired, also before the sweep passes. */
  function current(operation: Operation): Operation {
    return isOver(operation, clock.now()) ? { ...operation, state: 'expired' } : operation
  }

  return {
    async create(org, app, input, write = {}) {
      const entry = directory.application(org, app)
      const { application, preset } = entry
      checkInput(operationFields, input, 'create')
      checkStep(preset, application, 'send')
      const { httpsOnly } = callbackPolicy(preset)
      const checked = parts.transport.check(input.callbackUrl, { httpsOnly })
      if (!checked.ok) throw new EngineError('address_refused', checked.message, { field: 'callbackUrl' })
      const taken = takenParameter(parts.dialects.forClaims(directory.ownFormat(entry).dialect), checked.url)
      if (taken !== null) throw new EngineError('address_refused', taken, { field: 'callbackUrl' })
      const now = clock.now()
      const operation: Operation = {
        ...created(operationFields, input),
        id: newId('op', now),
        app: application.id,
        state: 'running',
        callbackUrl: checked.url,
        createdAt: now,
      }
      const claim = newClaimId((count) => random.bytes(count))
      const row: OperationRow = {
        operation,
        lastsMs: (input.expiresInSeconds ?? defaultSeconds) * 1000,
        claimHash: hashOf(claim),
        sealedClaim: directory.vault.sealClaim(operation.id, claim),
        file: null,
      }
      const result = await store.create(row, idempotencyRecord(write.idempotency, operation, now))
      if (result.state === 'missing') throw notFound('application', app)
      if (result.state === 'replay') throw repeated(write.idempotency, result)
      return operation
    },

    async complete(org, app, id, result, write = {}) {
      if ('payload' in result) return endOperation(parts, org, app, id, payloadOf(result.payload), write)
      const { end, received } = await fileOf(parts, org, app, id, result, write)
      try {
        const operation = await endOperation(parts, org, app, id, end, write)
        received.keep()
        return operation
      } catch (error) {
        await received.remove()
        throw error
      }
    },

    async fail(org, app, id, input, write = {}) {
      return endOperation(parts, org, app, id, reasonOf(input.reason), write)
    },

    async get(org, app, id) {
      return current((await rowOf(org, app, id)).operation)
    },

    async list(org, app, filter = {}) {
      const { application } = directory.application(org, app)
      const states = filter.states?.length ? filter.states : null
      const query = { app: application.id, states, kind: filter.kind ?? null, now: clock.now() }
      const list: List<Operation> = {
        name: `operations ${application.id}`,
        key: (row) => row.id,
        has: async (id) => (await store.operation(application.id, id)) !== null,
        read: async (cursor) => ({ rows: await store.operations({ ...query, ...cursor }) }),
      }
      const page = await readPage(list, filter)
      return { ...page, data: page.data.map(current) }
    },

    async claim(org, app, claimId): Promise<Claimed> {
      const { application } = directory.application(org, app)
      // Looked up within the application: an id that leaked is worth nothing to another customer's token.
      const row = await store.operationByClaim(application.id, hashOf(claimId.toLowerCase()))
      if (!row) throw new EngineError('not_found', 'No operation of this application has this claim id.')
      const { id, state, error, claimedAt, expiresAt } = row.operation
      if (state === 'running') return { kind: 'running' }
      refuseExpired(row.operation)
      const claimed = error === null ? await given(row, expiresAt ?? 0) : { kind: 'failed' as const, reason: error }
      if (claimedAt === null) await store.claimed(application.id, id, clock.now())
      return claimed
    },

    async file(token) {
      const row = await store.operationByFile(hashOf(token))
      if (!row?.file) throw new EngineError('not_found', 'There is no file at this address.')
      refuseExpired(row.operation)
      const { stored, name, contentType, bytes, digest } = row.file
      const expiresAt = row.operation.expiresAt ?? 0
      return { name, contentType, bytes, digest, expiresAt, read: (range) => files.read(stored, range ?? null) }
    },
  }

  async function given({ operation, file }: OperationRow, expiresAt: number): Promise<Claimed> {
    if (file) {
      const { name, contentType, bytes, sealedToken } = file
      return {
        kind: 'file',
        token: directory.vault.openFileToken(operation.id, sealedToken),
        name,
        contentType,
        bytes,
        expiresAt,
      }
    }
    const payload = await store.operationPayload(operation.id)
    // It ran out between the two looks.
    if (payload === null) throw expired(expiresAt)
    return { kind: 'payload', payload }
  }

  function refuseExpired(operation: Operation): void {
    if (isOver(operation, clock.now())) throw expired(operation.expiresAt ?? 0)
  }
}

function isOver({ state, expiresAt }: Operation, now: number): boolean {
  return state === 'expired' || (expiresAt !== null && expiresAt <= now)
}

function expired(at: number): EngineError {
  return new EngineError(
    'expired',
    `This result could be fetched until ${new Date(at).toISOString()} and is gone. Ask for the operation to be done again.`,
  )
}
