import { expect, test } from 'vitest'
import { newId, t0, unique } from '../harness.ts'
import { alone, anyDue, type QueueContext } from './scene.ts'

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
      [{ app: at.app, target: four, message, due: t0 + 3, generation: 1, failures: 0, bringForward: false }],
      null,
    )
    expect(await at.queue.pending([one, two, three, four, unique('ep')], [message])).toEqual([
      { target: one, message, due: t0, generation: 1 },
      { target: two, message, due: t0 + 9, generation: 1 },
      { target: four, message, due: t0 + 3, generation: 1 },
    ])
    const later = await at.accept({ deliverAt: t0 + 5 })
    expect(await at.queue.pending([at.target], [later.request.id])).toEqual([
      { target: at.target, message: later.request.id, due: t0 + 5, generation: 0 },
    ])
    expect(await at.queue.pending([one], [newId('msg', t0)])).toEqual([])
    expect(await at.queue.pending([], [message])).toEqual([])
  })

  test('countPending counts up to its limit', async () => {
    const at = await scene()
    await Promise.all(Array.from({ length: 5 }, () => at.accept()))
    expect(await at.queue.countPending(anyDue(at.target), 10)).toEqual({ untried: 5, tried: 0 })
    expect(await at.queue.countPending(anyDue(at.target), 3)).toEqual({ untried: 3, tried: 0 })
    expect(await at.queue.countPending(anyDue(unique('ep')), 3)).toEqual({ untried: 0, tried: 0 })
  })

  test('countPending tells what had an attempt from what had none, in a range of due times', async () => {
    const at = await scene()
    await at.accept({ acceptedAt: t0 - 2 })
    await at.accept({ acceptedAt: t0 - 1 }, { claimed: true })
    const retry = await at.accept({}, { claimed: true })
    await at.fail(retry, t0 + 9)
    const ended = await at.accept({}, { claimed: true })
    await at.record(ended, { result: 'exhausted' })
    await at.requeue(ended.request.id, 1, t0 + 20)
    const count = (from: number, before: number) => at.queue.countPending({ target: at.target, from, before }, 100)
    expect(await count(0, t0 + 100)).toEqual({ untried: 2, tried: 2 })
    expect(await count(t0 - 1, t0 + 9)).toEqual({ untried: 1, tried: 0 })
    expect(await count(t0 + 9, t0 + 20)).toEqual({ untried: 0, tried: 1 })
    // A retry that is being made had an attempt before it.
    await at.claim(t0 + 9)
    expect(await count(0, t0 + 100)).toEqual({ untried: 2, tried: 2 })
  })

  test('pendingWithFailures: the messages that wait with so many failures, those of a batch too', async () => {
    const at = await scene()
    const [one, other] = [await at.accept({}, { claimed: true }), await at.accept({}, { claimed: true })]
    await at.fail(one, t0 + 9, 7)
    await at.fail(other, t0 + 8, 2)
    const waiting = (failures: number, limit = 10) => at.queue.pendingWithFailures(at.target, failures, limit)
    expect([await waiting(7), await waiting(2), await waiting(3)]).toEqual([[one.request.id], [other.request.id], []])
    expect(await waiting(7, 1)).toEqual([])
    expect(await at.queue.pendingWithFailures(unique('ep'), 7, 10)).toEqual([])
  })

  test('bringForward: what waits in a range of due times is due then, and keeps its place in its schedule', async () => {
    const at = await scene()
    const [first, inHand, retry] = [
      await at.accept({ acceptedAt: t0 - 9 }),
      await at.accept({ acceptedAt: t0 - 8 }, { claimed: true }),
      await at.accept({ acceptedAt: t0 - 7 }, { claimed: true }),
    ]
    await at.fail(retry, t0 + 5, 3)
    await at.accept({ acceptedAt: t0 + 9 })
    const step = (limit: number) =>
      at.queue.bringForward({ target: at.target, from: t0 - 9, before: t0 + 9, due: t0 + 50, limit })
    expect([await step(1), await step(10), await step(10)]).toEqual([1, 1, 0])
    expect(await at.queue.pending([at.target], [first.request.id, inHand.request.id, retry.request.id])).toMatchObject([
      { due: t0 + 50 },
      { due: t0 - 8 },
      { due: t0 + 50 },
    ])
    expect(await at.claim(t0 + 50, { from: t0 + 50 })).toMatchObject([
      { request: first.request, failures: 0, trigger: 'scheduled' },
      { request: retry.request, failures: 3, trigger: 'scheduled' },
    ])
  })
}
