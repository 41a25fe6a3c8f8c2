import { describe, expect, test } from 'vitest'
import { t0 } from '../harness.ts'
import { asClaim, Scene, type QueueContext } from './scene.ts'

export function releaseSuite({ open, scene, changesNothing }: QueueContext): void {
  describe('release', () => {
    test('gives the work back with its attempt number and its due time', async () => {
      const at = await scene()
      const claim = await at.accept({}, { claimed: true })
      await at.queue.release([claim])
      expect(asClaim(await at.claimOne())).toEqual(claim)
      expect(await at.outcomes()).toEqual([])
    })

    test('of released work nothing is interrupted at a crash', async () => {
      const subject = await open()
      const at = await new Scene(subject.store).create()
      await at.queue.release([await at.accept({}, { claimed: true })])
      expect(await at.in(await subject.powerFailure()).claimResult()).toMatchObject({
        work: [{ generation: 1 }],
        outcomes: [],
      })
    })

    test('of a claim that is not ours any more changes nothing', async () => {
      const at = await scene()
      const claim = await at.accept({}, { claimed: true })
      await changesNothing(() =>
        at.queue.release([
          { ...claim, generation: 2 },
          { ...claim, due: t0 + 1 },
        ]),
      )
      await at.queue.release([claim])
      await changesNothing(() => at.queue.release([claim]))
    })
  })
}
