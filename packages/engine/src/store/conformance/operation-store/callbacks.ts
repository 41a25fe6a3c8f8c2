import { expect, test } from 'vitest'
import { t0 } from '../harness.ts'
import { OperationScene, type OperationContext } from './scene.ts'

export function callbacksSuite({ open }: OperationContext): void {
  test('callbacks: operations that have ended and whose callback is still to be done, and nothing else', async () => {
    const at = await OperationScene.in(await open())
    await at.create()
    const claimedFirst = await at.ended()
    const waiting = await at.ended()
    const retried = await at.ended()
    const done = await at.ended()
    // Work of an endpoint is no callback.
    await at.queue.accept()
    await at.store.claimed(at.app, claimedFirst.row.operation.id, t0 + 2)
    const target = { targetKind: 'operation' } as const
    await at.queue.record(retried.claim, { ...target, next: { due: t0 + 9, failures: 1, pushedAt: t0 } })
    await at.queue.record(done.claim, target)
    const expected = [claimedFirst, waiting, retried].map(({ row: { operation, sealedClaim } }) => ({
      id: operation.id,
      app: at.app,
      url: operation.callbackUrl,
      sealedClaim,
    }))
    const found = await at.store.callbacks()
    expect(found.toSorted((a, b) => (a.id < b.id ? -1 : 1))).toEqual(
      expected.toSorted((a, b) => (a.id < b.id ? -1 : 1)),
    )
  })

  test('callbacks: an operation whose result has expired has none', async () => {
    const at = await OperationScene.in(await open())
    await at.ended({ expiresAt: t0 + 10 })
    await at.store.sweep(t0 + 10, 0, 10)
    expect(await at.store.callbacks()).toEqual([])
  })
}
