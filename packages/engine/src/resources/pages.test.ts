import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { EngineError } from '../errors.ts'
import { pageOf, readPage, type Page, type PageOptions } from './pages.ts'

/** Names of event types are the widest of all keys: they may begin with a minus. */
const key = fc.stringMatching(/^[a-zA-Z0-9_.-]{1,6}$/)
const keys = fc.uniqueArray(key, { maxLength: 40 }).map((all) => all.sort())
const order = fc.constantFrom('ascending', 'descending')
const limit = fc.integer({ min: 1, max: 12 })

/** Both ways to cut a page: out of rows in memory, and by asking a store that knows "after this key, in this order". */
const ways = {
  'of rows in memory': async (rows: readonly string[], options: PageOptions): Promise<Page<string>> =>
    pageOf(rows, (row) => row, options),
  'of a store': (rows: readonly string[], options: PageOptions): Promise<Page<string>> =>
    readPage(
      options,
      (row) => row,
      async ({ cursor, order: direction, limit: most }) => {
        const ordered = direction === 'ascending' ? rows : rows.toReversed()
        const isAfter = (row: string): boolean =>
          cursor === null || (direction === 'ascending' ? row > cursor : row < cursor)
        return ordered.filter(isAfter).slice(0, most)
      },
    ),
}

describe.each(Object.entries(ways))('pages %s', (_way, page) => {
  test('paging forwards returns each row once, in order, and ends', async () => {
    await fc.assert(
      fc.asyncProperty(keys, order, limit, async (rows, direction, most) => {
        const seen: string[] = []
        let iterator: string | null = null
        for (;;) {
          const part: Page<string> = await page(rows, { order: direction, limit: most, iterator })
          expect(part.data.length).toBe(Math.min(most, rows.length - seen.length))
          seen.push(...part.data)
          if (part.done) break
          iterator = part.iterator
        }
        expect(seen).toEqual(direction === 'ascending' ? rows : rows.toReversed())
      }),
    )
  })

  test('rows that are inserted meanwhile take nothing away and repeat nothing', async () => {
    await fc.assert(
      fc.asyncProperty(keys, keys, order, limit, async (before, inserted, direction, most) => {
        const rows = [...before]
        const toInsert = inserted.filter((row) => !before.includes(row))
        const seen: string[] = []
        let iterator: string | null = null
        for (;;) {
          const part: Page<string> = await page(rows, { order: direction, limit: most, iterator })
          seen.push(...part.data)
          if (part.done) break
          iterator = part.iterator
          const another = toInsert.pop()
          if (another !== undefined) rows.push(another)
          rows.sort()
        }
        expect(new Set(seen).size).toBe(seen.length)
        expect(seen).toEqual([...seen].sort((a, b) => (a < b === (direction === 'ascending') ? -1 : 1)))
        expect(new Set(seen)).toEqual(new Set([...before, ...seen]))
      }),
    )
  })

  test('the page before a page is the one that was there, and leads back to it', async () => {
    await fc.assert(
      fc.asyncProperty(keys, order, limit, async (rows, direction, most) => {
        const base = { order: direction, limit: most } as const
        let before = await page(rows, base)
        while (!before.done) {
          const next = await page(rows, { ...base, iterator: before.iterator })
          const back = await page(rows, { ...base, iterator: next.prevIterator })
          expect(back.data).toEqual(before.data)
          const again = await page(rows, { ...base, iterator: back.iterator })
          expect(again.data).toEqual(next.data)
          before = next
        }
      }),
    )
  })

  test('the first page has no page before it', async () => {
    expect((await page(['a', 'b'], { limit: 1 })).prevIterator).toBeNull()
  })

  test('a page after the last row is empty and keeps its place: who polls finds what comes later', async () => {
    const options = { order: 'ascending', limit: 2 } as const
    for (const rows of [
      ['a', 'b'],
      ['-a', '-b'],
    ]) {
      const last = await page(rows, options)
      expect(last).toMatchObject({ done: true, data: rows })
      const empty = await page(rows, { ...options, iterator: last.iterator })
      expect(empty).toMatchObject({ done: true, data: [], iterator: last.iterator })
      const later = await page([...rows, 'c'], { ...options, iterator: empty.iterator })
      expect(later.data).toEqual(['c'])
    }
  })

  test('a row that is gone still marks its place', async () => {
    const options = { order: 'ascending', limit: 2 } as const
    const { iterator } = await page(['a', 'b', 'c', 'd'], options)
    expect((await page(['a', 'c', 'd'], { ...options, iterator })).data).toEqual(['c', 'd'])
    expect((await page(['a', 'b', 'c'], { ...options, iterator: '-d' })).data).toEqual(['b', 'c'])
  })

  test('a page has 50 rows when nothing is said', async () => {
    const rows = Array.from({ length: 60 }, (_, index) => `a${index}`).sort()
    expect((await page(rows, {})).data.length).toBe(50)
  })

  test.each([0, -1, 251, 1.5, Number.NaN, Number.POSITIVE_INFINITY])('a limit of %d is refused', async (wrong) => {
    const refused = (async () => page([], { limit: wrong }))()
    await expect(refused).rejects.toMatchObject({ code: 'invalid', field: 'limit' })
  })

  test.each(['', 'a b', "' OR 1=1--", 'a\0', 'é', '%', '*', 'a'.repeat(300), '~', '-\n'])(
    'K3: the iterator %j is refused',
    async (iterator) => {
      const refused = (async () => page(['a'], { iterator }))()
      await expect(refused).rejects.toMatchObject({ code: 'invalid', field: 'iterator' })
    },
  )

  test('any text at all is an iterator or a coded refusal', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary' }), async (iterator) => {
        try {
          expect((await page(['a', 'b'], { iterator })).data.length).toBeLessThanOrEqual(2)
        } catch (error) {
          expect(error).toBeInstanceOf(EngineError)
        }
      }),
    )
  })
})
