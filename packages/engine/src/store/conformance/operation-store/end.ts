import { describe, expect, test } from 'vitest'
import { t0 } from '../harness.ts'
import { aFile, OperationScene, type OperationContext } from './scene.ts'

export function endSuite({ open, scene, changesNothing }: OperationContext): void {
  describe('the end of an operation', () => {
    test('has its result and the message of its callback, on disk, in one transaction', async () => {
      const subject = await open()
      const at = await OperationScene.in(subject)
      const { row, claim } = await at.ended({ payload: '{"a":1}' })
      const after = await subject.crash()
      const { operations, queue } = after.store
      expect((await operations.operation(at.app, row.operation.id))?.operation).toEqual({
        ...row.operation,
        state: 'ready',
        message: claim.request.id,
        completedAt: t0 + 1,
        expiresAt: t0 + 60_000,
      })
      expect(await operations.operationPayload(row.operation.id)).toBe('{"a":1}')
      expect(await queue.message(at.app, claim.request.id)).toMatchObject({ targets: [row.operation.id] })
      expect(await queue.pending([row.operation.id], [claim.request.id])).toMatchObject([{ target: row.operation.id }])
    })

    test('may be a failure, with its reason', async () => {
      const at = await scene()
      const { row } = await at.ended({ state: 'failed', error: 'no space', payload: null })
      expect(await at.now(row)).toMatchObject({ state: 'failed', error: 'no space' })
      expect(await at.store.operationPayload(row.operation.id)).toBeNull()
    })

    test('may be a file, which is found by the hash of its token', async () => {
      const at = await scene()
      const file = aFile()
      const { row } = await at.ended({ payload: null, file })
      const { name, contentType, bytes } = file
      expect(await at.now(row)).toMatchObject({ file: { name, contentType, bytes } })
      expect((await at.store.operationByFile(file.tokenHash))?.file).toEqual(file)
      expect(await at.store.operationByFile('another')).toBeNull()
      expect(await at.store.operationFiles()).toContain(file.stored)
    })

    test('comes once: a second one changes nothing, not even its message is kept', async () => {
      const at = await scene()
      const { row } = await at.ended()
      const again = await changesNothing(() => at.end(row, { state: 'failed' }))
      expect(again.result).toEqual({ state: 'operation_ended' })
      const never = await changesNothing(() => at.end(at.row()))
      expect(never.result).toEqual({ state: 'operation_ended' })
    })

    test('that was called about is noted when the receiver took it, and not when it failed', async () => {
      const at = await scene()
      const { row, claim } = await at.ended()
      const target = { targetKind: 'operation' } as const
      await at.queue.record(claim, { ...target, next: { due: t0 + 5, failures: 1, pushedAt: t0 } })
      expect(await at.now(row)).toMatchObject({ state: 'ready', calledAt: null })
      const [again] = await at.queue.queue
        .claim({ target: row.operation.id, from: 0, now: t0 + 5, limit: 1, maxBytes: 1000 })
        .then(({ work }) => work)
      await at.queue.record(again!, { ...target, startedAt: t0 + 5, durationMs: 20 })
      expect(await at.now(row)).toMatchObject({ state: 'called', calledAt: t0 + 25 })
    })

    test('that was claimed first stays claimed when its callback arrives later', async () => {
      const at = await scene()
      const { row, claim } = await at.ended()
      const { id } = row.operation
      await at.store.claimed(at.app, id, t0 + 2)
      await at.store.claimed(at.app, id, t0 + 3)
      await at.store.claimed((await scene()).app, id, t0 + 1)
      expect(await at.now(row)).toMatchObject({ state: 'claimed', claimedAt: t0 + 2 })
      await at.queue.record(claim, { targetKind: 'operation' })
      expect(await at.now(row)).toMatchObject({ state: 'claimed', claimedAt: t0 + 2, calledAt: t0 + 21 })
    })
  })
}
