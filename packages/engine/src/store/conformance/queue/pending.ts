import { expect, test } from 'vitest'
import { newId, t0, unique } from '../harness.ts'
import { alone, type QueueContext } from './scene.ts'

export function pendingSuite({ scene }: QueueContext): void {
  test('pending: what of a message is still to be done, whether first, retry or again', async () => {
    const at = await scene()
    const [one, two, three, four] = [unique('ep'), unique('ep'), unique('ep'), unique('ep')] as const
    const message = (await at.accept({ targets: [one, two, three, four] }, { claimed: true })).request.id
    const claim = { due: t0, request: alone(message), generation: 1 }
    await at.fail({ ...claim, target: two }, t0 + 9)
    await at.record({ ...claim, target: three })
    await at.record({ ...claim, target: four })
    await at.queue.requeue(
      [{ app: at.app, target: four, message, due: t0 + 3, generation: 1, bringForward: false }],
      null,
    )
    expect(await at.queue.pending([one, two, three, four, unique('ep')], message)).toEqual([
      { target: one, due: t0, generation: 1 },
      { target: two, due: t0 + 9, generation: 1 },
      { target: four, due: t0 + 3, generation: 1 },
    ])
    const later = await at.accept({ deliverAt: t0 + 5 })
    expect(await at.queue.pending([at.target], later.request.id)).toEqual([
      { target: at.target, due: t0 + 5, generation: 0 },
    ])
    expect(await at.queue.pending([one], newId('msg', t0))).toEqual([])
    expect(await at.queue.pending([], message)).toEqual([])
  })

  test('countPending counts up to its limit', async () => {
    const at = await scene()
    await Promise.all(Array.from({ length: 5 }, () => at.accept()))
    expect(await at.queue.countPending(at.target, 10)).toBe(5)
    expect(await at.queue.countPending(at.target, 3)).toBe(3)
    expect(await at.queue.countPending(unique('ep'), 3)).toBe(0)
  })
}
