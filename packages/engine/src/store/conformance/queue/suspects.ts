import { describe, expect, test } from 'vitest'
import type { Claim } from '../../queue.ts'
import { suspicion } from '../../suspicion.ts'
import { t0, type Subject } from '../harness.ts'
import { asClaim, Scene, type QueueContext } from './scene.ts'

export function suspectsSuite({ open, scene, changesNothing }: QueueContext): void {
  describe('D1: what kills its process', () => {
    /** A process dies and the next one claims; what it claims is sent, so that the next crash finds it out. */
    async function crashAndSend(subject: Subject, at: Scene, how: 'crash' | 'powerFailure' = 'crash') {
      const next = await subject[how]()
      const scene1 = at.in(next)
      const result = await scene1.claimResult()
      for (const work of result.work) scene1.queue.leaving(asClaim(work))
      return { subject: next, at: scene1, ...result }
    }

    async function sentTwo(): Promise<{ subject: Subject; at: Scene; culprit: Claim; innocent: Claim }> {
      const subject = await open()
      const at = await new Scene(subject.store).create()
      const culprit = await at.accept({ acceptedAt: t0 - 5 }, { claimed: true })
      const innocent = await at.accept({ acceptedAt: t0 - 4 }, { claimed: true })
      for (const claim of [culprit, innocent]) at.queue.leaving(claim)
      return { subject, at, culprit, innocent }
    }

    /** Both are out at so many crashes that they are suspects. */
    async function sentUntilSuspected(): Promise<
      Awaited<ReturnType<typeof crashAndSend>> & { culprit: Claim; innocent: Claim }
    > {
      const { culprit, innocent, ...first } = await sentTwo()
      let step = await crashAndSend(first.subject, first.at)
      for (let crashes = 2; crashes <= suspicion.crashes; crashes += 1) {
        expect(step.work.map(({ suspect }) => suspect)).toEqual([false, false])
        step = await crashAndSend(step.subject, step.at)
      }
      return { ...step, culprit, innocent }
    }

    test('is suspected after some crashes, tried alone, and set aside when it was alone at two more; innocents are not', async () => {
      const { culprit, innocent, ...suspected } = await sentUntilSuspected()
      expect(suspected.work.map(({ suspect }) => suspect)).toEqual([true, true])
      const generation = suspicion.crashes + 1
      await suspected.at.queue.markAlone({ ...culprit, generation })
      // Once may be an operator's kill -9.
      const once = await crashAndSend(suspected.subject, suspected.at)
      expect(once.outcomes.map(({ result }) => result)).toEqual(['interrupted', 'interrupted'])
      expect(once.work.map(({ suspect }) => suspect)).toEqual([true, true])
      await once.at.queue.markAlone({ ...culprit, generation: generation + 1 })

      const { at, work, outcomes } = await crashAndSend(once.subject, once.at)
      expect(
        work.map(({ request, suspect, generation: number }) => ({ message: request.id, suspect, number })),
      ).toEqual([{ message: innocent.request.id, suspect: true, number: generation + 2 }])
      expect(outcomes).toEqual([
        expect.objectContaining({
          message: culprit.request.id,
          result: 'quarantined',
          generation: generation + 1,
          nextAt: null,
        }),
        expect.objectContaining({ message: innocent.request.id, result: 'interrupted', generation: generation + 1 }),
      ])
      // Visible, not waiting any more, and can be sent again by hand.
      expect(outcomes).toMatchObject((await at.outcomes()).slice(-2))
      expect(await at.queue.pending([at.target], [culprit.request.id])).toEqual([])
      expect(await at.isThere(culprit.request.id)).toBe(true)
      expect(await at.requeue(culprit.request.id, generation + 1)).toBe(1)
    })

    test('what only waited in memory is never suspected', async () => {
      let subject = await open()
      let at = await new Scene(subject.store).create()
      await at.accept({}, { claimed: true })
      for (let crash = 1; crash <= 3; crash += 1) {
        subject = await subject.crash()
        at = at.in(subject)
        expect(await at.claimOne()).toMatchObject({ suspect: false, generation: 1 })
      }
    })

    test('is no suspect any more once an attempt of it was recorded', async () => {
      const two = await sentUntilSuspected()
      for (const work of two.work) await two.at.fail(asClaim(work), t0 + 1)
      const again = await two.at.claim(t0 + 1)
      expect(again.map(({ suspect, failures }) => ({ suspect, failures }))).toEqual([
        { suspect: false, failures: 1 },
        { suspect: false, failures: 1 },
      ])
    })

    test('a trial that did not take place does not count: what was given back unsent is not set aside', async () => {
      const two = await sentUntilSuspected()
      const [suspect] = two.work.map(asClaim)
      if (!suspect) throw new Error('nothing was claimed')
      for (let trial = 1; trial <= 2; trial += 1) {
        await two.at.queue.markAlone(suspect)
        await two.at.queue.release([suspect])
        expect(asClaim(await two.at.claimOne())).toEqual(suspect)
      }
      const three = await crashAndSend(two.subject, two.at)
      expect(three.outcomes.map(({ result }) => result)).toEqual(['interrupted', 'interrupted'])
      expect(three.work.length).toBe(2)
    })

    test('after a reboot no delivery is suspected, not even one that was tried alone', async () => {
      const first = await sentTwo()
      let four = await crashAndSend(first.subject, first.at, 'powerFailure')
      for (let crash = 0; crash < suspicion.crashes; crash += 1) {
        expect(four.work.map(({ suspect }) => suspect)).toEqual([false, false])
        four = await crashAndSend(four.subject, four.at)
      }
      expect(four.work.map(({ suspect }) => suspect)).toEqual([true, true])
      await four.at.queue.markAlone(asClaim(four.work[0] as Claim))
      const five = await crashAndSend(four.subject, four.at)
      await five.at.queue.markAlone(asClaim(five.work[0] as Claim))
      const six = await crashAndSend(five.subject, five.at, 'powerFailure')
      expect(six.outcomes.map(({ result }) => result)).toEqual(['interrupted', 'interrupted'])
      expect(six.work.length).toBe(2)
    })

    test('a mark with another generation marks nothing', async () => {
      const at = await scene()
      const claim = await at.accept({}, { claimed: true })
      await changesNothing(() => at.queue.markAlone({ ...claim, generation: 2 }))
    })
  })
}
