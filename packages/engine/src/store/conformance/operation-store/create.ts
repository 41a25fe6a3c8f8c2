import { describe, expect, test } from 'vitest'
import { newId, oddTexts, t0 } from '../harness.ts'
import { keyOf } from '../queue/scene.ts'
import type { OperationContext } from './scene.ts'

export function createSuite({ scene, changesNothing }: OperationContext): void {
  describe('an operation', () => {
    test('is kept as it came, and found by its id and by its claim in its own application', async () => {
      const [at, other] = [await scene(), await scene()]
      const row = await at.create({ kind: null, metadata: { a: oddTexts.join('') } })
      const { id } = row.operation
      expect(await at.store.operation(at.app, id)).toEqual(row)
      expect(await at.store.operationByClaim(at.app, row.claimHash)).toEqual(row)
      expect(await at.store.operation(other.app, id)).toBeNull()
      expect(await at.store.operationByClaim(other.app, row.claimHash)).toBeNull()
      expect(await at.store.operation(at.app, newId('op', t0))).toBeNull()
      for (const odd of oddTexts) expect(await at.store.operationByClaim(at.app, odd)).toBeNull()
    })

    test('of an application that is gone is not made', async () => {
      const at = await scene()
      const row = at.row({ app: newId('app', t0) })
      expect(await changesNothing(() => at.store.create(row, keyOf()))).toEqual({ state: 'missing' })
    })

    test('I9: that is made again with the same key is not made again', async () => {
      const at = await scene()
      const idempotency = keyOf('the first')
      await at.store.create(at.row(), idempotency)
      const repeat = await changesNothing(() => at.store.create(at.row(), { ...idempotency, answer: 'another' }))
      expect(repeat).toEqual({ state: 'replay', fingerprint: 'f1', answer: 'the first' })
    })

    test('goes with its application, and its result too', async () => {
      const at = await scene()
      const { row } = await at.ended()
      const unit = { kind: 'application', id: at.app } as const
      const { applications } = await at.queue.store.catalog.load()
      const entry = applications.find(({ application }) => application.id === at.app)
      await at.queue.store.catalog.write({
        changes: [{ kind: 'delete_application', org: entry?.application.org ?? '', id: at.app }],
        expected: [{ ...unit, version: entry?.version ?? 0 }],
        idempotency: null,
      })
      expect(await at.now(row)).toBeUndefined()
      expect(await at.store.operationPayload(row.operation.id)).toBeNull()
    })
  })
}
