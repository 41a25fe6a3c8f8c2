import { describe, expect, test } from 'vitest'
import { newId, t0 } from '../harness.ts'
import { keyOf, ids, dayMs, type QueueContext } from './scene.ts'

export function requeueSuite({ scene, changesNothing }: QueueContext): void {
  describe('requeue', () => {
    test('queues what is over again, as a manual attempt that continues its numbers', async () => {
      const at = await scene()
      const claim = await at.accept({}, { claimed: true })
      await at.record(claim, { result: 'exhausted' })
      expect(await at.requeue(claim.request.id, 1)).toBe(1)
      const work = await at.claimOne(t0 + 50)
      expect(work).toMatchObject({ generation: 2, failures: 0, trigger: 'manual', due: t0 + 50 })
      // The retries of a manual attempt are scheduled ones again.
      await at.fail(work, t0 + 60)
      expect(await at.claimOne(t0 + 60)).toMatchObject({ generation: 3, failures: 1, trigger: 'scheduled' })
    })

    test('a delivery that used up its schedule keeps what it used', async () => {
      const at = await scene()
      const claim = await at.accept({}, { claimed: true })
      await at.record(claim, { result: 'exhausted' })
      expect(await at.requeue(claim.request.id, 1, t0 + 50, false, 7)).toBe(1)
      expect(await at.claimOne(t0 + 50)).toMatchObject({ generation: 2, failures: 7, trigger: 'manual' })
    })

    test('leaves alone what is still queued: first attempts, retries, what was queued again, what is for later', async () => {
      const at = await scene()
      const waiting = await at.accept({ acceptedAt: t0 - 3 })
      const claimed = await at.accept({ acceptedAt: t0 - 2 }, { claimed: true })
      const retry = await at.accept({ acceptedAt: t0 - 1 }, { claimed: true })
      await at.fail(retry, t0 + 10)
      const again = await at.accept({}, { claimed: true })
      await at.record(again)
      expect(await at.requeue(again.request.id)).toBe(1)
      const later = await at.accept({ deliverAt: t0 + dayMs })
      await changesNothing(async () => {
        for (const message of ids([waiting, claimed, retry, again, later]))
          for (const due of [t0 - 3, t0 + 50, t0 + 51]) expect(await at.requeue(message, 1, due)).toBe(0)
      })
    })

    test('brings forward what waits for its next attempt when that is asked, and not what is in hand', async () => {
      const at = await scene()
      const claim = await at.accept({}, { claimed: true })
      expect(await at.requeue(claim.request.id, 1, t0 + 50, true)).toBe(0)
      await at.fail(claim, t0 + 36_000_000)
      expect(await at.requeue(claim.request.id, 1, t0 + 50, false)).toBe(0)
      expect(await at.requeue(claim.request.id, 1, t0 + 50, true)).toBe(1)
      const [work] = await at.claim(t0 + 50)
      expect(work).toMatchObject({ request: claim.request, due: t0 + 50, failures: 1, trigger: 'manual' })
    })

    test('counts what it queued, and takes a message that is named twice once', async () => {
      const at = await scene()
      const items = await Promise.all(
        Array.from({ length: 5 }, async () => {
          const claim = await at.accept({}, { claimed: true })
          if (claim.request.id) await at.record(claim, { result: 'exhausted' })
          return {
            app: at.app,
            target: at.target,
            message: claim.request.id,
            due: t0,
            generation: 1,
            failures: 0,
            bringForward: false,
          }
        }),
      )
      const waiting = await at.accept()
      const more = [
        ...items,
        ...items,
        {
          ...items[0],
          message: waiting.request.id,
          due: t0,
          generation: 1,
          failures: 0,
          bringForward: false,
          app: at.app,
          target: at.target,
        },
      ]
      expect(await at.queue.requeue(more, null)).toEqual({ state: 'queued', queued: 5 })
    })

    test('queues a message for a target that it was not fanned out to', async () => {
      const at = await scene()
      const message = (await at.accept({ targets: [] })).request.id
      expect(await at.requeue(message, 0)).toBe(1)
      expect(await at.claimOne(t0 + 50)).toMatchObject({ generation: 1, trigger: 'manual' })
    })

    test('queues nothing that was forgotten, because it cannot be sent and its row would never end', async () => {
      const at = await scene()
      const claim = await at.accept({}, { claimed: true })
      await at.record(claim, { result: 'exhausted' })
      await at.queue.expungePayload(at.app, claim.request.id)
      await changesNothing(async () => {
        expect(await at.requeue(claim.request.id)).toBe(0)
        expect(await at.requeue(newId('msg', t0))).toBe(0)
      })
    })

    test('leaves alone what had an attempt that the caller has not seen', async () => {
      const at = await scene()
      const [one, other] = [await at.accept({}, { claimed: true }), await at.accept({}, { claimed: true })]
      const first = await at.record(one, { result: 'exhausted' })
      const known = first.state === 'recorded' ? first.seqs[0]! : 0
      await at.record(other, { result: 'exhausted' })
      const items = [one, other].map(({ request }) => ({
        app: at.app,
        target: at.target,
        message: request.id,
        due: t0,
        generation: 1,
        failures: 0,
        bringForward: false,
      }))
      expect(await at.queue.requeue(items, null, known)).toEqual({ state: 'queued', queued: 1 })
      expect(await at.claimOne()).toMatchObject({ request: one.request })
    })

    test('answered: what was kept for a key, until it runs out', async () => {
      const at = await scene()
      const idempotency = keyOf('queued none')
      expect(await at.queue.answered(idempotency)).toBeNull()
      await at.queue.requeue([], idempotency)
      expect(await at.queue.answered(idempotency)).toEqual({
        state: 'replay',
        fingerprint: 'f1',
        answer: 'queued none',
      })
      expect(await at.queue.answered({ ...idempotency, createdAt: idempotency.expiresAt })).toBeNull()
    })

    test('I9: answers a repeated key with what was answered before', async () => {
      const at = await scene()
      const claim = await at.accept({}, { claimed: true })
      await at.record(claim)
      const item = {
        app: at.app,
        target: at.target,
        message: claim.request.id,
        due: t0,
        generation: 1,
        failures: 0,
        bringForward: false,
      }
      const idempotency = keyOf('queued one')
      await at.queue.requeue([item], idempotency)
      await at.record(await at.claimOne())
      const repeat = await changesNothing(() => at.queue.requeue([item], idempotency))
      expect(repeat).toEqual({ state: 'replay', fingerprint: 'f1', answer: 'queued one' })
    })
  })
}
