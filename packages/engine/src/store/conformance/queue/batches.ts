import { describe, expect, test } from 'vitest'
import type { Claim } from '../../queue.ts'
import { newId, t0 } from '../harness.ts'
import { anyDue, asClaim, dayMs, ids, Scene, sweepAll, type QueueContext } from './scene.ts'

export function batchesSuite({ open, scene, changesNothing }: QueueContext): void {
  describe('a batch', () => {
    /** Some messages that were accepted and claimed, made into one batch. */
    async function formed(count: number, at?: Scene): Promise<{ at: Scene; batch: Claim; messages: string[] }> {
      const here = at ?? (await scene())
      const members: Claim[] = []
      for (let index = 0; index < count; index++) members.push(await here.accept({}, { claimed: true }))
      const id = newId('batch', t0)
      const item = { batch: id, app: here.app, target: here.target, due: t0, generation: 1, failures: 0, members }
      expect(await here.queue.form(item)).toEqual({ state: 'formed' })
      const batch: Claim = { target: here.target, due: t0, request: { kind: 'batch', id }, generation: 1 }
      return { at: here, batch, messages: ids(members) }
    }

    const attemptsOf = (messages: readonly string[]) =>
      messages.map((message) => ({ attempt: newId('atmpt', t0), message }))

    test('is formed of all of its members or of none', async () => {
      const at = await scene()
      const [mine, given] = [await at.accept({}, { claimed: true }), await at.accept({}, { claimed: true })]
      await at.queue.release([given])
      const item = {
        batch: newId('batch', t0),
        app: at.app,
        target: at.target,
        due: t0,
        generation: 1,
        failures: 0,
        members: [mine, given],
      }
      expect(await at.queue.form(item)).toEqual({ state: 'stale' })
      expect(await at.record(mine)).toMatchObject({ state: 'recorded' })
    })

    test('ends with an outcome of each message, in their order', async () => {
      const { at, batch, messages } = await formed(3)
      const result = await at.record(batch, { attempts: attemptsOf(messages) })
      expect(result.state === 'recorded' ? result.seqs.length : 0).toBe(3)
      const outcomes = await at.outcomes()
      expect(outcomes.map(({ message, result: ending }) => [message, ending])).toEqual(
        messages.map((message) => [message, 'success']),
      )
      for (const message of messages) expect(await at.queue.pending([at.target], [message])).toEqual([])
      expect(await at.claim(t0 + dayMs)).toEqual([])
    })

    test('that failed is claimed as it was: the same messages in the same order', async () => {
      const { at, batch, messages } = await formed(3)
      await at.record(batch, { attempts: attemptsOf(messages), next: { due: t0 + 10, failures: 1, pushedAt: t0 } })
      for (const message of messages)
        expect(await at.queue.pending([at.target], [message])).toMatchObject([{ due: t0 + 10 }])
      expect(await at.queue.countPending(anyDue(at.target), 10)).toEqual({ untried: 0, tried: 3 })
      const again = await at.claimOne(t0 + 10)
      expect(again).toMatchObject({ request: batch.request, generation: 2, failures: 1, pushedAt: t0 })
      expect(again.contents.map(({ id }) => id)).toEqual(messages)
    })

    test('I3: that was out at a crash is sent again as it was, and each message shows that it was interrupted', async () => {
      const subject = await open()
      const { at, batch, messages } = await formed(2, await new Scene(subject.store).create())
      at.queue.leaving(batch)
      const after = at.in(await subject.crash())
      const { work, outcomes } = await after.claimResult(t0 + 1)
      expect(work.map(({ request, generation }) => [request.id, generation])).toEqual([[batch.request.id, 2]])
      expect(work[0]?.contents.map(({ id }) => id)).toEqual(messages)
      expect(outcomes.map(({ message, result }) => [message, result])).toEqual(
        messages.map((message) => [message, 'interrupted']),
      )
    })

    test('that was too large goes on as two, a half of one message by itself', async () => {
      const { at, batch, messages } = await formed(3)
      const [left, right] = [newId('batch', t0 + 1), newId('batch', t0 + 1)]
      const split = [
        { batch: left, messages: messages.slice(0, 2) },
        { batch: right, messages: messages.slice(2) },
      ]
      const next = { due: t0 + 5, failures: 0, pushedAt: t0 + 1 }
      await at.record(batch, { attempts: attemptsOf(messages), next, split, code: 413 })
      const work = await at.claim(t0 + 5)
      expect(work.map((one) => [one.request.id, one.generation, one.contents.map(({ id }) => id)])).toEqual([
        [left, 2, messages.slice(0, 2)],
        [messages[2], 2, messages.slice(2)],
      ])
      expect(work.map(({ pushedAt }) => pushedAt)).toEqual([t0 + 1, t0 + 1])
      await at.record(work[0]!, { attempts: attemptsOf(messages.slice(0, 2)) })
      await at.record(work[1]!)
      for (const message of messages) expect(await at.queue.pending([at.target], [message])).toEqual([])
    })

    test('whose target takes no batches any more is taken apart: each message goes on alone, with its attempt number', async () => {
      const { at, batch, messages } = await formed(2)
      await at.record(batch, { attempts: attemptsOf(messages), next: { due: t0 + 5, failures: 1, pushedAt: t0 } })
      const claimed = await at.claimOne(t0 + 5)
      const item = {
        ...asClaim(claimed),
        app: at.app,
        failures: claimed.failures,
        nextDue: t0 + 6,
        pushedAt: claimed.pushedAt,
      }
      expect(await at.queue.unform(item)).toEqual({ state: 'formed' })
      expect(await changesNothing(() => at.queue.unform(item))).toEqual({ state: 'stale' })
      const work = await at.claim(t0 + 6)
      expect(new Set(work.map(({ request }) => request))).toEqual(
        new Set(messages.map((id) => ({ kind: 'message', id }))),
      )
      for (const one of work) {
        expect(one).toMatchObject({ generation: 2, failures: 1, due: t0 + 6, pushedAt: t0 })
        expect(await at.record(one)).toMatchObject({ state: 'recorded' })
      }
      expect(await at.queue.countPending(anyDue(at.target), 10)).toEqual({ untried: 0, tried: 0 })
    })

    test('of a target that was deleted is cancelled, each message of it', async () => {
      const { at, batch, messages } = await formed(2)
      await at.queue.release([batch])
      const cancelled = await at.queue.cancel(at.target, 10, t0)
      expect(cancelled.map(({ message, result }) => [message, result])).toEqual(
        messages.map((message) => [message, 'cancelled']),
      )
      expect(await at.queue.countPending(anyDue(at.target), 10)).toEqual({ untried: 0, tried: 0 })
    })

    test('keeps its messages while it waits, and is brought forward by a resend of one of them', async () => {
      const { at, batch, messages } = await formed(2)
      await at.record(batch, { attempts: attemptsOf(messages), next: { due: t0 + 50, failures: 1, pushedAt: t0 } })
      await sweepAll(at.queue, t0 + 1000 * dayMs, 0)
      const [first = ''] = messages
      const resend = {
        app: at.app,
        target: at.target,
        message: first,
        due: t0 + 2,
        generation: 1,
        failures: 0,
        bringForward: true,
      }
      expect(await at.queue.requeue([{ ...resend, bringForward: false }], null)).toEqual({
        state: 'queued',
        queued: 0,
      })
      expect(await at.queue.requeue([resend], null)).toEqual({ state: 'queued', queued: 1 })
      const again = await at.claimOne(t0 + 2)
      expect(again.contents.map(({ id }) => id)).toEqual(messages)
    })
  })
}
