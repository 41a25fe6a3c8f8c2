/**
 * What every queue does, whatever database is under it. A store engine passes by wiring this up with a harness of one
 * method; see `harness.ts`.
 */
import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { anApplication } from '../../testing/nouns.ts'
import type { IdempotencyRecord } from '../idempotency.ts'
import type {
  AcceptItem,
  AcceptResult,
  Claim,
  ClaimedWork,
  MessageQuery,
  Queue,
  RecordItem,
  Request,
  StoredMessage,
  StoredOutcome,
} from '../queue.ts'
import type { Store } from '../store.ts'
import { suspicion } from '../suspicion.ts'
import { newId, oddTexts, subjects, t0, unique, type StoreHarness, type Subject } from './harness.ts'

const dayMs = 86_400_000

/** One application, with what a test does to its queue. */
class Scene {
  readonly app: string
  readonly target: string
  readonly store: Store
  version = 0

  constructor(store: Store, app = unique('app'), target = unique('ep')) {
    this.store = store
    this.app = app
    this.target = target
  }

  get queue(): Queue {
    return this.store.queue
  }

  /** The same application and target, seen by another process. */
  in(subject: Subject): Scene {
    const scene = new Scene(subject.store, this.app, this.target)
    scene.version = this.version
    return scene
  }

  async create(): Promise<this> {
    const row = { application: anApplication({ id: this.app, org: unique('org') }), keys: [] }
    const result = await this.store.catalog.write([{ kind: 'application', row, create: true }], null)
    if (result.state !== 'written') throw new Error(result.state)
    this.version = result.versions[this.app] ?? 0
    return this
  }

  message(fields: Partial<StoredMessage> = {}): StoredMessage {
    const acceptedAt = fields.acceptedAt ?? t0
    return {
      id: newId('msg', acceptedAt),
      app: this.app,
      eventType: 'invoice.paid',
      eventId: null,
      payload: '{"a":1}',
      channels: null,
      tags: null,
      params: {},
      platform: null,
      occurredAt: acceptedAt,
      acceptedAt,
      deliverAt: null,
      deliver: true,
      targets: [this.target],
      ...fields,
    }
  }

  item(message: StoredMessage, more: Partial<AcceptItem> & { claimed?: boolean } = {}): AcceptItem {
    const { claimed = false, ...rest } = more
    return {
      message,
      expiresAt: message.acceptedAt + 90 * dayMs,
      ownRetention: false,
      work: message.targets.map((target) => ({ target, claimed })),
      catalogVersion: this.version,
      idempotency: null,
      ...rest,
    }
  }

  /** Accepts and answers the claim that the accept may have made. */
  async accept(
    fields: Partial<StoredMessage> = {},
    more: Partial<AcceptItem> & { claimed?: boolean } = {},
  ): Promise<Claim> {
    const message = this.message(fields)
    expect(await this.queue.accept(this.item(message, more))).toEqual({ state: 'accepted' })
    const due = message.deliverAt ?? message.acceptedAt
    return { target: message.targets[0] ?? this.target, due, request: alone(message.id), generation: 1 }
  }

  async claim(now = t0, more: { from?: number; limit?: number; maxBytes?: number } = {}): Promise<ClaimedWork[]> {
    return [...(await this.claimResult(now, more)).work]
  }

  claimResult(now = t0, more: { from?: number; limit?: number; maxBytes?: number } = {}): ReturnType<Queue['claim']> {
    return this.queue.claim({ target: this.target, from: 0, now, limit: 100, maxBytes: 2 ** 30, ...more })
  }

  /** Claims what must be one row. */
  async claimOne(now = t0): Promise<ClaimedWork> {
    const work = await this.claim(now)
    expect(work.length).toBe(1)
    return work[0] as ClaimedWork
  }

  /** Claims what must be one row, and sends it. */
  async sendOne(now = t0): Promise<ClaimedWork> {
    const work = await this.claimOne(now)
    this.queue.leaving(asClaim(work))
    return work
  }

  ending({ target, due, request, generation }: Claim, fields: Partial<RecordItem> = {}): RecordItem {
    return {
      target,
      targetKind: 'endpoint',
      due,
      request,
      generation,
      attempts: [{ attempt: newId('atmpt', t0), message: request.id }],
      app: this.app,
      result: fields.next ? 'failed' : 'success',
      trigger: 'scheduled',
      code: fields.next ? 500 : 200,
      startedAt: t0 + 1,
      durationMs: 20,
      next: null,
      ...fields,
    }
  }

  record(claim: Claim, fields: Partial<RecordItem> = {}): ReturnType<Queue['record']> {
    return this.queue.record(this.ending(claim, fields))
  }

  /** Makes a failure whose retry is due then. */
  async fail(claim: Claim, due: number, failures = 1): Promise<void> {
    expect(await this.record(claim, { next: { due, failures } })).toMatchObject({ state: 'recorded' })
  }

  async requeue(message: string, generation = 1, due = t0 + 50, bringForward = false): Promise<number> {
    const item = { app: this.app, target: this.target, message, due, generation, bringForward }
    const result = await this.queue.requeue([item], null)
    return result.state === 'queued' ? result.queued : -1
  }

  /** Outcomes of this application. */
  async outcomes(): Promise<StoredOutcome[]> {
    return (await this.queue.outcomesAfter(0, 100_000)).filter(({ app }) => app === this.app)
  }

  async isThere(message: string): Promise<boolean> {
    return (await this.queue.message(this.app, message)) !== null
  }

  query(fields: Partial<MessageQuery> = {}): MessageQuery {
    return {
      app: this.app,
      eventTypes: null,
      channel: null,
      tag: null,
      after: null,
      before: null,
      cursor: null,
      order: 'ascending',
      limit: 100,
      ...fields,
    }
  }
}

function keyOf(answer = 'the answer', fields: Partial<IdempotencyRecord> = {}): IdempotencyRecord {
  return { key: unique('key'), fingerprint: 'f1', answer, createdAt: t0, expiresAt: t0 + dayMs, ...fields }
}

function ids(claims: readonly Claim[]): string[] {
  return claims.map(({ request }) => request.id)
}

/** The request of a message that leaves alone. */
function alone(message: string): Request {
  return { kind: 'message', id: message }
}

/** The parts that name a claim. */
function asClaim({ target, due, request, generation }: Claim): Claim {
  return { target, due, request, generation }
}

async function sweepAll(queue: Queue, now: number, outcomesBefore = 0, limit = 1000): Promise<void> {
  let steps = 1
  while (await queue.sweep(now, outcomesBefore, limit)) {
    steps += 1
    if (steps > 1000) throw new Error('the sweep never ends')
  }
}

export function queueSuite(name: string, harness: StoreHarness): void {
  describe(`${name}: the queue suite`, () => {
    const { open, shared: openShared } = subjects(harness)
    /** One database for all tests that keep to an application of their own. */
    let shared: Subject
    beforeAll(async () => {
      shared = await openShared()
    })
    const scene = (): Promise<Scene> => new Scene(shared.store).create()

    /** Runs it and shows that it changed nothing at all. */
    async function changesNothing<T>(work: () => Promise<T>, subject = shared): Promise<T> {
      const before = await subject.dump()
      const result = await work()
      expect(await subject.dump()).toEqual(before)
      return result
    }

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
        expect(await changesNothing(() => at.queue.accept(stale))).toEqual({ state: 'stale_catalog' })
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
            expected.push({ state: 'stale_catalog' })
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

    describe('claim', () => {
      test('takes what is due, in due order, complete', async () => {
        const at = await scene()
        const later = await at.accept({ acceptedAt: t0 - 1 })
        const sooner = await at.accept({ acceptedAt: t0 - 5, channels: ['eu'], tags: ['t'], params: { a: 'b' } })
        const { work, outcomes, more, nextDue } = await at.claimResult()
        expect(ids(work)).toEqual([sooner.request.id, later.request.id])
        expect({ outcomes, more, nextDue }).toEqual({ outcomes: [], more: false, nextDue: null })
        expect(work[0]).toEqual({
          ...sooner,
          failures: 0,
          trigger: 'scheduled',
          suspect: false,
          contents: [await at.queue.message(at.app, sooner.request.id)],
        })
      })

      test('does not take what this epoch holds, from an accept or a claim', async () => {
        const at = await scene()
        await at.accept({}, { claimed: true })
        await at.accept()
        expect((await at.claim()).length).toBe(1)
        expect(await at.claim()).toEqual([])
      })

      test('does not take the work of another target', async () => {
        const at = await scene()
        await at.accept({ targets: [unique('ep')] })
        expect(await at.claim()).toEqual([])
      })

      test('leaves held what was due before "from", and tells when what comes after it is due', async () => {
        const at = await scene()
        await at.accept({ acceptedAt: t0 - 10 })
        const open1 = await at.accept({ acceptedAt: t0 - 9 })
        await at.accept({ acceptedAt: t0 + 7 })
        const result = await at.claimResult(t0, { from: t0 - 9 })
        expect(ids(result.work)).toEqual([open1.request.id])
        expect(result.nextDue).toBe(t0 + 7)
        expect((await at.claimResult(t0, { from: t0 + 8 })).nextDue).toBeNull()
      })

      test('takes at most "limit" and says whether there is more', async () => {
        const at = await scene()
        for (let age = 5; age >= 1; age -= 1) await at.accept({ acceptedAt: t0 - age })
        const dues: number[][] = []
        const mores: boolean[] = []
        for (let round = 0; round < 3; round += 1) {
          const { work, more } = await at.claimResult(t0, { limit: 2 })
          dues.push(work.map(({ due }) => due - t0))
          mores.push(more)
        }
        expect(dues).toEqual([[-5, -4], [-3, -2], [-1]])
        expect(mores).toEqual([true, true, false])
      })

      test('says that there is no more when exactly the limit was there', async () => {
        const at = await scene()
        await at.accept()
        expect(await at.claimResult(t0, { limit: 1 })).toMatchObject({ more: false, nextDue: null })
      })

      test('like a filter over a sorted list, for any dues and bounds', async () => {
        const due = fc.integer({ min: 0, max: 20 })
        await fc.assert(
          fc.asyncProperty(
            fc.array(due, { maxLength: 12 }),
            due,
            due,
            fc.integer({ min: 1, max: 5 }),
            async (dues, from, now, limit) => {
              const at = await scene()
              await Promise.all(dues.map((offset) => at.accept({ acceptedAt: t0 + offset })))
              const isDue = (offset: number): boolean => offset >= from && offset <= now
              const expected = dues.filter(isDue).sort((a, b) => a - b)
              const result = await at.claimResult(t0 + now, { from: t0 + from, limit })
              expect(result.work.map((row) => row.due - t0)).toEqual(expected.slice(0, limit))
              expect(result.more).toBe(expected.length > limit)
              const rest = dues.filter((offset) => offset >= from && offset > now)
              expect(result.nextDue).toBe(result.more || rest.length === 0 ? null : t0 + Math.min(...rest))
            },
          ),
          { numRuns: 20 },
        )
      })
    })

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
        expect(
          work.map(({ request, generation, failures }) => ({ message: request.id, generation, failures })),
        ).toEqual([
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

      test('after a power failure nobody knows what was out: all that was claimed may have been', async () => {
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
        // Nobody claimed it anew: only the epoch tells.
        for (const fields of [{}, { next: { due: t0 + 1, failures: 1 } }])
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
          for (const fields of [{}, { next: { due: t0 + 1, failures: 1 } }])
            expect(await changesNothing(() => after.record(stale, fields), next)).toEqual({ state: 'stale' })
        expect(await after.record(claim)).toMatchObject({ state: 'recorded' })
      })
    })

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
        expect(await at.queue.pending([at.target], culprit.request.id)).toEqual([])
        expect(await at.isThere(culprit.request.id)).toBe(true)
        expect(await at.requeue(culprit.request.id, generation + 1)).toBe(1)
      })

      test('that waits for its next attempt is brought forward when that is asked, and not what is in hand', async () => {
        const at = await new Scene((await open()).store).create()
        const claim = await at.accept({}, { claimed: true })
        expect(await at.requeue(claim.request.id, 1, t0 + 50, true)).toBe(0)
        await at.fail(claim, t0 + 36_000_000)
        expect(await at.requeue(claim.request.id, 1, t0 + 50, false)).toBe(0)
        expect(await at.requeue(claim.request.id, 1, t0 + 50, true)).toBe(1)
        const [work] = await at.claim(t0 + 50)
        expect(work).toMatchObject({ request: claim.request, due: t0 + 50, failures: 1, trigger: 'manual' })
      })

      test('a claim ends at its bytes, and takes one delivery whatever it weighs', async () => {
        const at = await new Scene((await open()).store).create()
        const payload = JSON.stringify({ text: 'x'.repeat(1000) })
        for (let count = 0; count < 3; count += 1) await at.accept({ payload })
        const one = await at.claimResult(t0 + 1, { maxBytes: 0 })
        expect([one.work.length, one.more]).toEqual([1, true])
        const rest = await at.claimResult(t0 + 1, { maxBytes: 2500 })
        expect([rest.work.length, rest.more]).toEqual([2, false])
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

      test('a machine that dies accuses nobody, not even what was out alone', async () => {
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

    describe('record', () => {
      test('ends a delivery: the work is gone, the outcome stays, complete', async () => {
        const at = await scene()
        const claim = await at.accept({}, { claimed: true })
        const item = at.ending(claim, { code: 204, trigger: 'manual' })
        const result = await at.queue.record(item)
        const { due: _due, next: _next, request: _request, targetKind: _kind, attempts, ...shown } = item
        expect(await at.outcomes()).toEqual([
          {
            ...shown,
            ...attempts[0],
            eventType: 'invoice.paid',
            nextAt: null,
            seq: result.state === 'recorded' ? result.seqs[0] : 0,
          },
        ])
        expect(await at.queue.pending([at.target], claim.request.id)).toEqual([])
        expect(await at.claim(t0 + dayMs)).toEqual([])
      })

      test('reschedules a delivery: it is due then, with its failures and the next attempt number', async () => {
        const at = await scene()
        await at.fail(await at.accept({}, { claimed: true }), t0 + 10, 3)
        expect((await at.outcomes())[0]).toMatchObject({ result: 'failed', nextAt: t0 + 10, generation: 1 })
        expect(await at.claimResult(t0 + 9)).toMatchObject({ work: [], nextDue: t0 + 10 })
        expect(await at.claimOne(t0 + 10)).toMatchObject({ generation: 2, failures: 3, trigger: 'scheduled' })
      })

      test('of the same ending twice records one', async () => {
        const at = await scene()
        const claim = await at.accept({}, { claimed: true })
        const results = await Promise.all([at.record(claim), at.record(claim)])
        expect(results.map(({ state }) => state).sort()).toEqual(['recorded', 'stale'])
        expect((await at.outcomes()).length).toBe(1)
      })

      test('numbers outcomes in rising order, also within a group', async () => {
        const at = await scene()
        const claims = await Promise.all(Array.from({ length: 20 }, () => at.accept({}, { claimed: true })))
        const results = await Promise.all(claims.map((claim) => at.record(claim)))
        const numbers = results.map((result) => (result.state === 'recorded' ? (result.seqs[0] ?? 0) : 0))
        expect(new Set(numbers).size).toBe(20)
        expect(numbers).toEqual(numbers.toSorted((a, b) => a - b))
        const after = await at.queue.outcomesAfter(numbers[9] ?? 0, 3)
        expect(after.map(({ seq }) => seq)).toEqual(numbers.slice(10, 13))
      })
    })

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

      test('queues nothing that was forgotten: it could never be sent, and would wait for ever', async () => {
        const at = await scene()
        const claim = await at.accept({}, { claimed: true })
        await at.record(claim, { result: 'exhausted' })
        await at.queue.expungePayload(at.app, claim.request.id)
        await changesNothing(async () => {
          expect(await at.requeue(claim.request.id)).toBe(0)
          expect(await at.requeue(newId('msg', t0))).toBe(0)
        })
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
          bringForward: false,
        }
        const idempotency = keyOf('queued one')
        await at.queue.requeue([item], idempotency)
        await at.record(await at.claimOne())
        const repeat = await changesNothing(() => at.queue.requeue([item], idempotency))
        expect(repeat).toEqual({ state: 'replay', fingerprint: 'f1', answer: 'queued one' })
      })
    })

    describe('cancel', () => {
      test('ends the work of a target visibly, some rows at a time, and leaves that of others, and what is in hand', async () => {
        const at = await scene()
        const inHand = await at.accept({ acceptedAt: t0 - 3 }, { claimed: true })
        const other = new Scene(shared.store, at.app)
        other.version = at.version
        const kept = await other.accept()
        const claims = await Promise.all([at.accept({ acceptedAt: t0 - 2 }), at.accept(), at.accept()])
        const first = await at.queue.cancel(at.target, 2, t0 + 5)
        const second = await at.queue.cancel(at.target, 2, t0 + 5)
        expect([first.length, second.length]).toEqual([2, 1])
        const all = [...first, ...second]
        expect(new Set(all.map(({ message }) => message))).toEqual(new Set(ids(claims)))
        for (const outcome of all)
          expect(outcome).toMatchObject({
            result: 'cancelled',
            startedAt: t0 + 5,
            nextAt: null,
            eventType: 'invoice.paid',
            code: 0,
          })
        expect(all).toMatchObject(await at.outcomes())
        expect(await at.queue.cancel(at.target, 2, t0)).toEqual([])
        // What is in hand was not touched: its real outcome is recorded.
        expect(await at.record(inHand)).toMatchObject({ state: 'recorded' })
        expect(ids(await other.claim())).toEqual([kept.request.id])
      })
    })

    describe('sweep', () => {
      test('keeps a message with waiting work, however old, and forgets the others', async () => {
        const at = await new Scene((await open()).store).create()
        const old = { expiresAt: t0 + 10 }
        const first = await at.accept({}, old)
        const held = await at.accept({}, { ...old, claimed: true })
        const retried = await at.accept({}, { ...old, claimed: true })
        await at.fail(retried, t0 + 5 * dayMs)
        const again = await at.accept({}, { ...old, claimed: true })
        await at.record(again)
        await at.requeue(again.request.id)
        const later = await at.accept({ deliverAt: t0 + dayMs }, old)
        const over = await at.accept({}, { ...old, claimed: true })
        await at.record(over)
        const nowhere = await at.accept({ targets: [] }, old)
        const young = await at.accept({ targets: [] }, { expiresAt: t0 + 20 })

        await sweepAll(at.queue, t0 + 20)
        const there = async (claims: readonly Claim[]): Promise<boolean[]> =>
          Promise.all(ids(claims).map((message) => at.isThere(message)))
        expect(await there([first, held, retried, again, later])).toEqual([true, true, true, true, true])
        expect(await there([over, nowhere])).toEqual([false, false])
        expect(await there([young])).toEqual([true])
        // Sent at last, they are forgotten too.
        await at.record(held)
        for (const work of await at.claim(t0 + 5 * dayMs)) await at.record(work)
        await sweepAll(at.queue, t0 + 21)
        expect(await there([first, held, retried, again, later, young])).toEqual(Array.from({ length: 6 }, () => false))
      })

      test('forgets a message with a shorter retention of its own before its turn', async () => {
        const at = await new Scene((await open()).store).create()
        const before = await at.accept({ targets: [] }, { expiresAt: t0 + 90 })
        const short = await at.accept({ targets: [] }, { expiresAt: t0 + 10, ownRetention: true })
        const busy = await at.accept({}, { expiresAt: t0 + 10, ownRetention: true })
        await sweepAll(at.queue, t0 + 11)
        expect(await at.isThere(before.request.id)).toBe(true)
        expect(await at.isThere(short.request.id)).toBe(false)
        expect(await at.isThere(busy.request.id)).toBe(true)
      })

      test('goes on past any number of messages that are kept', async () => {
        const at = await new Scene((await open()).store).create()
        const old = { expiresAt: t0 + 1 }
        await Promise.all(Array.from({ length: 25 }, () => at.accept({}, old)))
        const over = await Promise.all(Array.from({ length: 7 }, () => at.accept({ targets: [] }, old)))
        await sweepAll(at.queue, t0 + 2, 0, 10)
        for (const message of ids(over)) expect(await at.isThere(message)).toBe(false)
        // And begins at the oldest again, when one of them is over meanwhile.
        const [work] = await at.claim(t0, { limit: 1 })
        await at.record(work as Claim)
        await sweepAll(at.queue, t0 + 2, 0, 10)
        expect(await at.isThere(work?.request.id ?? '')).toBe(false)
      })

      test('takes at most "limit" rows a step and says whether there is more', async () => {
        const at = await new Scene((await open()).store).create()
        await Promise.all(Array.from({ length: 25 }, () => at.accept({ targets: [] }, { expiresAt: t0 + 1 })))
        const left: number[] = []
        for (;;) {
          const more = await at.queue.sweep(t0 + 2, 0, 10)
          left.push((await at.queue.messages(at.query())).length)
          if (!more || left.length > 9) break
        }
        expect(left).toEqual([15, 5, 0])
      })

      test('forgets keys that ran out', async () => {
        const at = await new Scene((await open()).store).create()
        const short = keyOf('a', { expiresAt: t0 + 1 })
        const long = keyOf('b', { expiresAt: t0 + 9 })
        await at.accept({}, { idempotency: short })
        await at.accept({}, { idempotency: long })
        await sweepAll(at.queue, t0 + 5)
        await at.accept({}, { idempotency: short })
        expect((await at.queue.accept(at.item(at.message(), { idempotency: long }))).state).toBe('replay')
      })

      test('forgets outcomes, and never gives a number twice, over a restart too', async () => {
        const subject = await open()
        const at = await new Scene(subject.store).create()
        const claims = await Promise.all(Array.from({ length: 5 }, () => at.accept({}, { claimed: true })))
        for (const [index, claim] of claims.entries()) await at.record(claim, { startedAt: t0 + index })
        const last = (await at.outcomes()).at(-1)?.seq ?? 0
        await sweepAll(at.queue, t0, t0 + 3)
        expect((await at.outcomes()).map(({ startedAt }) => startedAt)).toEqual([t0 + 3, t0 + 4])
        await sweepAll(at.queue, t0, t0 + 100)
        expect(await at.outcomes()).toEqual([])
        const after = at.in(await subject.crash())
        const next = await after.record(await after.accept({}, { claimed: true }))
        expect(next.state === 'recorded' ? next.seqs[0] : 0).toBeGreaterThan(last)
      })

      test('leaves exactly what has not run out or still has work, whatever the mixture', async () => {
        const kind = fc.record({
          ageMs: fc.integer({ min: 0, max: 20 }),
          own: fc.option(fc.integer({ min: 0, max: 10 })),
          work: fc.constantFrom('none', 'first', 'later', 'retry', 'again', 'over'),
        })
        const { store } = await open()
        let now = t0
        await fc.assert(
          fc.asyncProperty(fc.array(kind, { maxLength: 25 }), fc.integer({ min: 1, max: 7 }), async (kinds, limit) => {
            const at = await new Scene(store).create()
            // Later than all that the run before kept: messages run out in the order in which they came.
            now += 100
            const kept: string[] = []
            for (const { ageMs, own, work } of kinds.toSorted((a, b) => b.ageMs - a.ageMs)) {
              const acceptedAt = now - ageMs
              const expiresAt = acceptedAt + (own ?? 10)
              const deliverAt = work === 'later' ? now + dayMs : null
              const fields = { acceptedAt, deliverAt, ...(work === 'none' && { targets: [] }) }
              const claimed = work !== 'first' && work !== 'later'
              const claim = await at.accept(fields, { expiresAt, ownRetention: own !== null, claimed })
              if (work === 'retry') await at.fail(claim, now + dayMs)
              if (work === 'again' || work === 'over') await at.record(claim)
              if (work === 'again') await at.requeue(claim.request.id)
              if (expiresAt >= now || ['first', 'later', 'retry', 'again'].includes(work)) kept.push(claim.request.id)
            }
            await sweepAll(at.queue, now, 0, limit)
            expect((await at.queue.messages(at.query())).map(({ id }) => id)).toEqual(kept.toSorted())
          }),
          { numRuns: 8 },
        )
      })
    })

    describe('reads', () => {
      test('lanes: every target with stored work, once, with the time of its first row', async () => {
        const at = await scene()
        const first = unique('ep')
        // The name of one may begin with that of another.
        const targets = [first, `${first}0`, unique('ep')] as const
        for (const acceptedAt of [t0, t0 - 5, t0 + 5])
          await at.accept({ acceptedAt, targets: [targets[0], targets[2]] })
        await at.accept({ acceptedAt: t0 + 9, targets: [targets[1]] }, { claimed: true })
        const over = await at.accept({ targets: [at.target] }, { claimed: true })
        await at.record(over)
        const mine = (await at.queue.lanes()).filter(({ app }) => app === at.app)
        expect(mine).toEqual([
          { app: at.app, target: targets[0], due: t0 - 5 },
          { app: at.app, target: targets[1], due: t0 + 9 },
          { app: at.app, target: targets[2], due: t0 - 5 },
        ])
      })

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

      test('a message is seen by its own application only', async () => {
        const [one, two] = [await scene(), await scene()]
        const message = (await one.accept()).request.id
        expect(await two.queue.message(two.app, message)).toBeNull()
        for (const odd of oddTexts) expect(await one.queue.message(one.app, odd)).toBeNull()
        for (const odd of oddTexts) expect(await one.queue.message(odd, message)).toBeNull()
      })

      test('a message is found by the producer’s own id too, in its own application', async () => {
        const [one, two] = [await scene(), await scene()]
        const message = (await one.accept({ eventId: 'evt_1' })).request.id
        expect((await one.queue.message(one.app, 'evt_1'))?.id).toBe(message)
        expect(await two.queue.message(two.app, 'evt_1')).toBeNull()
        // An event id that is the id of another message does not hide that one.
        await one.accept({ eventId: message })
        expect((await one.queue.message(one.app, message))?.id).toBe(message)
      })

      test('messages: like a filter over a sorted list, for any filters, order, cursor and limit', async () => {
        const at = await scene()
        const stranger = await scene()
        const texts = ['a', 'b', ...oddTexts]
        const pick = <T>(list: readonly T[], index: number): T => list[index % list.length] as T
        const all: StoredMessage[] = []
        for (let index = 0; index < 40; index += 1) {
          const list = index % 3 === 0 ? null : [pick(texts, index), pick(texts, index * 5 + 1)]
          const message = at.message({
            acceptedAt: t0 + (index >> 1),
            eventType: pick(['a.b', 'a', 'b'], index * 7),
            channels: list,
            tags: index % 4 === 0 ? null : [pick(texts, index * 3)],
          })
          all.push(message)
        }
        await Promise.all(all.map((message) => at.queue.accept(at.item(message))))
        await stranger.accept({ eventType: 'a', channels: ['a'], tags: ['a'] })
        const time = fc.option(fc.integer({ min: t0 - 1, max: t0 + 21 }))
        const query = fc.record({
          eventTypes: fc.option(
            fc.uniqueArray(fc.constantFrom<string[]>('a', 'b', 'a.b', "' OR 1=1--"), { minLength: 1 }),
          ),
          channel: fc.option(fc.constantFrom(...texts), { freq: 1 }),
          tag: fc.option(fc.constantFrom(...texts), { freq: 1 }),
          after: time,
          before: time,
          cursor: fc.option(fc.constantFrom(...all.map(({ id }) => id), 'msg_', 'msg_zzz')),
          order: fc.constantFrom('ascending', 'descending'),
          limit: fc.integer({ min: 1, max: 50 }),
        })
        await fc.assert(
          fc.asyncProperty(query, async (filter) => {
            const up = filter.order === 'ascending'
            const expected = all
              .filter(({ eventType }) => filter.eventTypes?.includes(eventType) ?? true)
              .filter(({ channels }) => filter.channel === null || (channels?.includes(filter.channel) ?? false))
              .filter(({ tags }) => filter.tag === null || (tags?.includes(filter.tag) ?? false))
              .filter(({ acceptedAt }) => filter.after === null || acceptedAt >= filter.after)
              .filter(({ acceptedAt }) => filter.before === null || acceptedAt < filter.before)
              .filter(({ id }) => filter.cursor === null || (up ? id > filter.cursor : id < filter.cursor))
              .sort((a, b) => (a.id < b.id === up ? -1 : 1))
              .slice(0, filter.limit)
            expect(await at.queue.messages(at.query(filter))).toEqual(expected)
          }),
          { numRuns: 150 },
        )
      })

      test('expungePayload forgets the payload and nothing else', async () => {
        const at = await scene()
        const claim = await at.accept({ eventId: 'evt_1', tags: ['t'] })
        const before = await at.queue.message(at.app, claim.request.id)
        expect(await at.queue.expungePayload(at.app, claim.request.id)).toBe(true)
        expect(await at.queue.message(at.app, claim.request.id)).toEqual({ ...before, payload: null })
        expect(await at.queue.expungePayload(at.app, newId('msg', t0))).toBe(false)
        expect(await at.queue.expungePayload((await scene()).app, claim.request.id)).toBe(false)
      })
    })

    test('a closed store refuses and says so', async () => {
      const subject = await open()
      const at = await new Scene(subject.store).create()
      await subject.close()
      await expect(at.queue.accept(at.item(at.message()))).rejects.toMatchObject({ code: 'closed' })
      await expect(at.queue.lanes()).rejects.toMatchObject({ code: 'closed' })
    })

    describe('a batch', () => {
      /** Some messages that were accepted and claimed, made into one batch. */
      async function formed(count: number, at?: Scene): Promise<{ at: Scene; batch: Claim; messages: string[] }> {
        const here = at ?? (await scene())
        const members: Claim[] = []
        for (let index = 0; index < count; index++) members.push(await here.accept({}, { claimed: true }))
        const id = newId('batch', t0)
        const item = { batch: id, app: here.app, target: here.target, due: t0, generation: 1, members }
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
        for (const message of messages) expect(await at.queue.pending([at.target], message)).toEqual([])
        expect(await at.claim(t0 + dayMs)).toEqual([])
      })

      test('that failed is claimed as it was: the same messages in the same order', async () => {
        const { at, batch, messages } = await formed(3)
        await at.record(batch, { attempts: attemptsOf(messages), next: { due: t0 + 10, failures: 1 } })
        for (const message of messages)
          expect(await at.queue.pending([at.target], message)).toMatchObject([{ due: t0 + 10 }])
        expect(await at.queue.countPending(at.target, 10)).toBe(3)
        const again = await at.claimOne(t0 + 10)
        expect(again).toMatchObject({ request: batch.request, generation: 2, failures: 1 })
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
        const next = { due: t0 + 5, failures: 0 }
        await at.record(batch, { attempts: attemptsOf(messages), next, split, code: 413 })
        const work = await at.claim(t0 + 5)
        expect(work.map((one) => [one.request.id, one.generation, one.contents.map(({ id }) => id)])).toEqual([
          [left, 2, messages.slice(0, 2)],
          [messages[2], 2, messages.slice(2)],
        ])
        await at.record(work[0]!, { attempts: attemptsOf(messages.slice(0, 2)) })
        await at.record(work[1]!)
        for (const message of messages) expect(await at.queue.pending([at.target], message)).toEqual([])
      })

      test('of a target that was deleted is cancelled, each message of it', async () => {
        const { at, batch, messages } = await formed(2)
        await at.queue.release([batch])
        const cancelled = await at.queue.cancel(at.target, 10, t0)
        expect(cancelled.map(({ message, result }) => [message, result])).toEqual(
          messages.map((message) => [message, 'cancelled']),
        )
        expect(await at.queue.countPending(at.target, 10)).toBe(0)
      })

      test('keeps its messages while it waits, and is brought forward by a resend of one of them', async () => {
        const { at, batch, messages } = await formed(2)
        await at.record(batch, { attempts: attemptsOf(messages), next: { due: t0 + 50, failures: 1 } })
        await sweepAll(at.queue, t0 + 1000 * dayMs, 0)
        const [first = ''] = messages
        const resend = {
          app: at.app,
          target: at.target,
          message: first,
          due: t0 + 2,
          generation: 1,
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
  })
}
