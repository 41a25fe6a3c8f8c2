import fc from 'fast-check'
import { beforeAll, expect, test } from 'vitest'
import type { Operation, OperationState } from '../../../model.ts'
import { t0 } from '../harness.ts'
import type { OperationContext, OperationScene } from './scene.ts'

const states: readonly OperationState[] = ['running', 'ready', 'failed', 'called', 'claimed', 'expired']

export function listSuite({ scene }: OperationContext): void {
  let at: OperationScene
  const all: Operation[] = []

  beforeAll(async () => {
    at = await scene()
    for (let index = 0; index < 24; index += 1) {
      const row = await at.create({ kind: ['a', 'b', null][index % 3] ?? null, createdAt: t0 + (index >> 1) })
      if (index % 4 > 0)
        await at.end(row, { state: index % 4 === 1 ? 'failed' : 'ready', expiresAt: t0 + 10 * (index + 1) })
      if (index % 4 === 3) await at.store.claimed(at.app, row.operation.id, t0 + 5)
      all.push((await at.now(row))!)
    }
    await (await scene()).create({ kind: 'a' })
  })

  test('operations: like a filter over a sorted list; one whose time is over is expired', async () => {
    const query = fc.record({
      states: fc.option(fc.uniqueArray(fc.constantFrom(...states), { minLength: 1 })),
      kind: fc.option(fc.constantFrom('a', 'b', "' OR 1=1--")),
      now: fc.integer({ min: t0, max: t0 + 260 }),
      cursor: fc.option(fc.nat({ max: 23 })),
      order: fc.constantFrom('ascending', 'descending'),
      limit: fc.integer({ min: 1, max: 30 }),
    })
    await fc.assert(
      fc.asyncProperty(query, async ({ cursor: index, ...filter }) => {
        const cursor = index === null ? null : (all[index]?.id ?? null)
        const up = filter.order === 'ascending'
        const stateAt = ({ state, expiresAt }: Operation): OperationState =>
          expiresAt !== null && expiresAt <= filter.now ? 'expired' : state
        const expected = all
          .filter((one) => filter.states === null || filter.states.includes(stateAt(one)))
          .filter(({ kind }) => filter.kind === null || kind === filter.kind)
          .filter(({ id }) => cursor === null || (up ? id > cursor : id < cursor))
          .toSorted((a, b) => (a.id < b.id === up ? -1 : 1))
          .slice(0, filter.limit)
        expect(await at.store.operations({ app: at.app, ...filter, cursor })).toEqual(expected)
      }),
      { numRuns: 100 },
    )
  })
}
