import { describe, expect, test } from 'vitest'
import { newId, t0, unique } from '../harness.ts'
import { alone, asClaim, Scene, type QueueContext } from './scene.ts'

export function epochsSuite({ open, changesNothing }: QueueContext): void {
  describe('epochs', () => {
    test('rise with every process, also when there was nothing to do', async () => {
      const subject = await open()
      expect(await subject.store.queue.lanes()).toEqual([])
      const next = await subject.reopen()
      const last = await next.crash()
      expect(next.store.queue.epoch).toBeGreaterThan(subject.store.queue.epoch)
      expect(last.store.queue.epoch).toBeGreaterThan(next.store.queue.epoch)
    })

    test('what was out at a crash comes back once, as interrupted, and burns no retry', async () => {
      const subject = await open()
      const at = await new Scene(subject.store).create()
      const retried = await at.accept({ acceptedAt: t0 - 9 }, { claimed: true })
      await at.fail(retried, t0 - 8, 1)
      await at.fail(await at.claimOne(t0 - 8), t0 - 7, 2)
      await at.sendOne(t0 - 7)
      const fresh = await at.accept({ acceptedAt: t0 - 3 }, { claimed: true })
      at.queue.leaving(fresh)
      const waiting = await at.accept({ acceptedAt: t0 - 2 })
      const before = await at.outcomes()

      const after = at.in(await subject.crash())
      const { work, outcomes } = await after.claimResult(t0 + 5)
      expect(work.map(({ request, generation, failures }) => ({ message: request.id, generation, failures }))).toEqual([
        { message: retried.request.id, generation: 4, failures: 2 },
        { message: fresh.request.id, generation: 2, failures: 0 },
        { message: waiting.request.id, generation: 1, failures: 0 },
      ])
      expect(
        outcomes.map(({ message, generation, result, nextAt }) => ({ message, generation, result, nextAt })),
      ).toEqual([
        { message: retried.request.id, generation: 3, result: 'interrupted', nextAt: t0 + 5 },
        { message: fresh.request.id, generation: 1, result: 'interrupted', nextAt: t0 + 5 },
      ])
      expect([...before, ...outcomes]).toMatchObject(await after.outcomes())
      expect(await after.claim(t0 + 5)).toEqual([])
    })

    test('what was claimed at a crash and never left comes back as if it had not been claimed', async () => {
      const subject = await open()
      const at = await new Scene(subject.store).create()
      const accepted = await at.accept({ acceptedAt: t0 - 2 }, { claimed: true })
      const claimed = await at.accept({ acceptedAt: t0 - 1 })
      await at.claimOne()
      const { work, outcomes } = await at.in(await subject.crash()).claimResult()
      expect(work.map(asClaim)).toEqual([accepted, claimed])
      expect(outcomes).toEqual([])
    })

    test('what left and came back before the crash is not interrupted: its outcome tells how it went', async () => {
      const subject = await open()
      const at = await new Scene(subject.store).create()
      const [done, retried] = [await at.accept({}, { claimed: true }), await at.accept({}, { claimed: true })]
      for (const claim of [done, retried]) {
        const note = at.queue.leaving(claim)
        if (claim === done) await at.record(claim)
        else await at.fail(claim, t0 + 1)
        at.queue.returned(note)
      }
      const { work, outcomes } = await at.in(await subject.crash()).claimResult(t0 + 1)
      expect(work.map(({ request, generation }) => ({ message: request.id, generation }))).toEqual([
        { message: retried.request.id, generation: 2 },
      ])
      expect(outcomes).toEqual([])
    })

    test('I2: what could not leave after all comes back after a crash as if it had not been claimed', async () => {
      const subject = await open()
      const at = await new Scene(subject.store).create()
      const claim = await at.accept({}, { claimed: true })
      const note = at.queue.leaving(claim)
      at.queue.neverLeft(note)
      at.queue.returned(note)
      const { work, outcomes } = await at.in(await subject.crash()).claimResult()
      expect(work.map(asClaim)).toEqual([claim])
      expect(outcomes).toEqual([])
    })

    test('after a power failure every claimed delivery counts as possibly sent', async () => {
      const subject = await open()
      const at = await new Scene(subject.store).create()
      at.queue.leaving(await at.accept({ acceptedAt: t0 - 2 }, { claimed: true }))
      await at.accept({ acceptedAt: t0 - 1 }, { claimed: true })
      const { work, outcomes } = await at.in(await subject.powerFailure()).claimResult()
      expect(work.map(({ generation }) => generation)).toEqual([2, 2])
      expect(outcomes.map(({ result }) => result)).toEqual(['interrupted', 'interrupted'])
    })

    test('what was out at a crash is interrupted although the next process died before it looked', async () => {
      const subject = await open()
      const at = await new Scene(subject.store).create()
      const claim = await at.accept({}, { claimed: true })
      at.queue.leaving(claim)
      const between = await subject.crash()
      const { work, outcomes } = await at.in(await between.crash()).claimResult()
      expect(work.map(({ generation }) => generation)).toEqual([2])
      expect(outcomes.map(({ result }) => result)).toEqual(['interrupted'])
    })

    test('I4: a record of an older epoch or generation changes nothing', async () => {
      const subject = await open()
      const at = await new Scene(subject.store).create()
      const old = await at.accept({}, { claimed: true })
      at.queue.leaving(old)
      const next = await subject.crash()
      const after = at.in(next)
      // It was not claimed again; only the epoch shows that the claim is old.
      for (const fields of [{}, { next: { due: t0 + 1, failures: 1, pushedAt: t0 } }])
        expect(await changesNothing(() => after.record(old, fields), next)).toEqual({ state: 'stale' })
      const claim = await after.claimOne()
      const wrong = [
        old,
        { ...claim, generation: claim.generation + 1 },
        { ...claim, due: claim.due + 1 },
        { ...claim, target: unique('ep') },
        { ...claim, request: alone(newId('msg', t0)) },
      ]
      for (const stale of wrong)
        for (const fields of [{}, { next: { due: t0 + 1, failures: 1, pushedAt: t0 } }])
          expect(await changesNothing(() => after.record(stale, fields), next)).toEqual({ state: 'stale' })
      expect(await after.record(claim)).toMatchObject({ state: 'recorded' })
    })
  })
}
