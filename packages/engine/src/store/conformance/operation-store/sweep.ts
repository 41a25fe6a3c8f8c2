import { describe, expect, test } from 'vitest'
import { t0 } from '../harness.ts'
import { aFile, OperationScene, type OperationContext } from './scene.ts'

export function sweepSuite({ open }: OperationContext): void {
  const fresh = async (): Promise<OperationScene> => OperationScene.in(await open())

  describe('the sweep of operations', () => {
    test('expires what has run out: its result is deleted, and its file can be removed', async () => {
      const at = await fresh()
      const file = aFile()
      const over = await at.ended({ expiresAt: t0 + 10 })
      const ofFile = await at.ended({ expiresAt: t0 + 10, payload: null, file })
      const kept = await at.ended({ expiresAt: t0 + 11 })
      const { expired, more } = await at.store.sweep(t0 + 10, 0, 10)
      const ids = [over, ofFile].map(({ row }) => row.operation.id)
      expect(new Set(expired.map(({ id }) => id))).toEqual(new Set(ids))
      expect(expired.map(({ app }) => app)).toEqual([at.app, at.app])
      expect(more).toBe(false)
      expect(await at.now(over.row)).toMatchObject({ state: 'expired' })
      expect(await at.store.operationPayload(over.row.operation.id)).toBeNull()
      expect(await at.store.operationFiles()).toEqual([])
      expect(await at.now(kept.row)).toMatchObject({ state: 'ready' })
      expect(await at.store.operationPayload(kept.row.operation.id)).not.toBeNull()
      // A result that is fetched after its end stays expired.
      await at.store.claimed(at.app, over.row.operation.id, t0 + 12)
      expect(await at.now(over.row)).toMatchObject({ state: 'expired' })
    })

    test('forgets what began before and is over, or never ended; a result that can still be claimed stays', async () => {
      const at = await fresh()
      const running = await at.create({ createdAt: t0 - 100 })
      const expired = await at.ended({ expiresAt: t0 + 10 })
      const ready = await at.ended({ expiresAt: t0 + 1000 })
      const young = await at.create({ createdAt: t0 + 50 })
      await at.store.sweep(t0 + 20, t0 + 40, 10)
      expect(await Promise.all([running, expired.row, ready.row, young].map((row) => at.now(row)))).toEqual([
        undefined,
        undefined,
        expect.objectContaining({ state: 'ready' }),
        expect.objectContaining({ state: 'running' }),
      ])
    })

    test('takes at most "limit" rows a step and says whether there is more', async () => {
      const at = await fresh()
      for (let index = 0; index < 5; index += 1) await at.ended({ expiresAt: t0 + 10 })
      const steps: [number, boolean][] = []
      for (let step = 0; step < 3; step += 1) {
        const { expired, more } = await at.store.sweep(t0 + 10, 0, 2)
        steps.push([expired.length, more])
      }
      expect(steps).toEqual([
        [2, true],
        [2, true],
        [1, false],
      ])
    })
  })
}
