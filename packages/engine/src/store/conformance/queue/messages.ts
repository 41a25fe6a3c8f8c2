import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { StoredMessage } from '../../queue.ts'
import { newId, oddTexts, t0 } from '../harness.ts'
import type { QueueContext } from './scene.ts'

export function messagesSuite({ scene }: QueueContext): void {
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
        occurredAt: t0 - (index % 5) + (index >> 2),
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
      eventTypes: fc.option(fc.uniqueArray(fc.constantFrom<string[]>('a', 'b', 'a.b', "' OR 1=1--"), { minLength: 1 })),
      channel: fc.option(fc.constantFrom(...texts), { freq: 1 }),
      tag: fc.option(fc.constantFrom(...texts), { freq: 1 }),
      after: time,
      before: time,
      occurredAfter: time,
      occurredBefore: time,
      id: fc.option(fc.constantFrom(...all.map(({ id }) => id), 'msg_'), { freq: 1 }),
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
          .filter(({ occurredAt }) => filter.occurredAfter === null || occurredAt >= filter.occurredAfter)
          .filter(({ occurredAt }) => filter.occurredBefore === null || occurredAt < filter.occurredBefore)
          .filter(({ id }) => filter.id === null || id === filter.id)
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
}
