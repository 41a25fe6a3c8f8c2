import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { AcceptResult } from '../../queue.ts'
import { oddTexts, t0 } from '../harness.ts'
import { keyOf, ids, asClaim, Scene, type QueueContext } from './scene.ts'

export function acceptSuite({ open, scene, changesNothing }: QueueContext): void {
  describe('accept', () => {
    test('keeps a message as it came, whatever stands in it', async () => {
      const at = await scene()
      const odd = fc.oneof(fc.constantFrom(...oddTexts), fc.string({ unit: 'binary', maxLength: 12 }))
      const list = fc.option(fc.array(odd, { minLength: 1, maxLength: 4 }))
      const fields = fc.record({
        eventType: odd,
        payload: fc.json(),
        channels: list,
        tags: list,
        params: fc.dictionary(fc.stringMatching(/^[a-z]{1,8}$/), odd, { maxKeys: 3 }),
        occurredAt: fc.integer({ min: 0, max: 2 * t0 }),
        deliverAt: fc.option(fc.integer({ min: t0 + 1, max: 2 * t0 })),
        deliver: fc.boolean(),
      })
      await fc.assert(
        fc.asyncProperty(fields, async (random) => {
          const message = at.message(random)
          expect(await at.queue.accept(at.item(message))).toEqual({ state: 'accepted' })
          expect(await at.queue.message(at.app, message.id)).toEqual(message)
        }),
        { numRuns: 25 },
      )
    })

    test('answers the first message to a repeated event id, and changes nothing', async () => {
      const at = await scene()
      const message = (await at.accept({ eventId: 'evt_1' })).request.id
      const repeat = at.item(at.message({ eventId: 'evt_1', payload: '{"other":1}' }), { idempotency: keyOf() })
      const result = await changesNothing(() => at.queue.accept(repeat))
      expect(result).toEqual({ state: 'duplicate_event', message })
    })

    test('takes the same event id from another application', async () => {
      const [one, two] = [await scene(), await scene()]
      await one.accept({ eventId: 'evt_1' })
      await two.accept({ eventId: 'evt_1' })
    })

    test('takes any number of messages without an event id', async () => {
      const at = await scene()
      await at.accept()
      await at.accept()
    })

    test.each(['f1', 'another'])(
      'I9: answers a repeated key with what was answered before, whether the request is the same or not (%s)',
      async (fingerprint) => {
        const at = await scene()
        const idempotency = keyOf('{"id":"msg_1"}')
        await at.accept({}, { idempotency })
        const repeat = at.item(at.message(), { idempotency: { ...idempotency, fingerprint, answer: 'another' } })
        const result = await changesNothing(() => at.queue.accept(repeat))
        expect(result).toEqual({ state: 'replay', fingerprint: 'f1', answer: '{"id":"msg_1"}' })
      },
    )

    test('prefers the answer of the key to the refusal of the event id: a client that lost the answer gets it', async () => {
      const at = await scene()
      const idempotency = keyOf()
      await at.accept({ eventId: 'evt_1' }, { idempotency })
      const repeat = await at.queue.accept(at.item(at.message({ eventId: 'evt_1' }), { idempotency }))
      expect(repeat.state).toBe('replay')
    })

    test('refuses what was matched with an older catalog, and does not keep its key', async () => {
      const at = await scene()
      const idempotency = keyOf()
      const stale = at.item(at.message(), { catalogVersion: at.version - 1, idempotency })
      expect(await changesNothing(() => at.queue.accept(stale))).toEqual({
        state: 'stale_catalog',
        version: at.version,
      })
      expect(await at.queue.accept({ ...stale, catalogVersion: at.version })).toEqual({ state: 'accepted' })
    })

    test('a message that goes nowhere is kept and makes no work', async () => {
      const at = await scene()
      const message = (await at.accept({ deliver: false, targets: [] })).request.id
      expect(await at.queue.message(at.app, message)).toMatchObject({ deliver: false, targets: [] })
      expect(await at.claim()).toEqual([])
    })

    test('what is to be delivered later is due then', async () => {
      const at = await scene()
      const later = await at.accept({ deliverAt: t0 + 10 })
      expect(await at.claimResult(t0 + 9)).toMatchObject({ work: [], nextDue: t0 + 10 })
      expect(asClaim(await at.claimOne(t0 + 10))).toEqual({ ...later, due: t0 + 10 })
    })

    test('fifty at once have each a result of their own: a duplicate does not roll back its neighbours', async () => {
      const at = await scene()
      const idempotency = keyOf('before')
      const first = await at.accept({ eventId: 'evt_taken' }, { idempotency })
      const expected: AcceptResult[] = []
      const items = Array.from({ length: 50 }, (_, index) => {
        if (index % 10 === 3) {
          expected.push({ state: 'duplicate_event', message: first.request.id })
          return at.item(at.message({ eventId: 'evt_taken' }))
        }
        if (index % 10 === 5) {
          expected.push({ state: 'replay', fingerprint: 'f1', answer: 'before' })
          return at.item(at.message(), { idempotency })
        }
        if (index % 10 === 7) {
          expected.push({ state: 'stale_catalog', version: at.version })
          return at.item(at.message(), { catalogVersion: at.version - 1 })
        }
        expected.push({ state: 'accepted' })
        return at.item(at.message({ eventId: `evt_${index}` }), { idempotency: keyOf() })
      })
      expect(await Promise.all(items.map((item) => at.queue.accept(item)))).toEqual(expected)
      for (const [index, { message }] of items.entries())
        expect(await at.isThere(message.id)).toBe(expected[index]?.state === 'accepted')
      expect((await at.claim()).length).toBe(36)
    })

    test('of two that share an event id or a key and come together, the first is accepted', async () => {
      const at = await scene()
      const idempotency = keyOf('first')
      const twins = [at.message({ eventId: 'evt_1' }), at.message({ eventId: 'evt_1' })]
      const results = await Promise.all([
        ...twins.map((message) => at.queue.accept(at.item(message))),
        at.queue.accept(at.item(at.message(), { idempotency })),
        at.queue.accept(at.item(at.message(), { idempotency: { ...idempotency, answer: 'second' } })),
      ])
      expect(results).toEqual([
        { state: 'accepted' },
        { state: 'duplicate_event', message: twins[0]?.id },
        { state: 'accepted' },
        { state: 'replay', fingerprint: 'f1', answer: 'first' },
      ])
    })

    test('is on disk when it answers', async () => {
      const subject = await open()
      const at = await new Scene(subject.store).create()
      const claims = await Promise.all(Array.from({ length: 20 }, () => at.accept()))
      const after = at.in(await subject.crash())
      for (const message of ids(claims)) expect(await after.isThere(message)).toBe(true)
    })
  })
}
