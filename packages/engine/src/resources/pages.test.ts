import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { EngineError } from '../errors.ts'
import { listOfRows, readPage, type List, type Page, type PageOptions } from './pages.ts'

/** Names of event types are the widest of all keys: they may begin with a minus. */
const key = fc.stringMatching(/^[a-zA-Z0-9_.-]{1,6}$/)
const keys = fc.uniqueArray(key, { maxLength: 40 }).map((all) => all.sort())
const order = fc.constantFrom('ascending', 'descending')
const limit = fc.integer({ min: 1, max: 12 })

/** A list of rows in memory. */
const inMemory = (rows: readonly string[]): List<string> => listOfRows('rows', rows, (row) => row)

/** A list that filters what it reads, three rows at a time, and stops looking after two times. */
function filtering(rows: readonly string[]): List<string> {
  const all = inMemory(rows)
  return {
    ...all,
    async read({ cursor, order: direction, limit: most }) {
      const found: string[] = []
      let at = cursor
      for (let reads = 0; reads < 2; reads++) {
        const read = await all.read({ cursor: at, order: direction, limit: 3 })
        found.push(...read.rows.filter(isShort))
        if (found.length >= most || read.rows.length < 3) return { rows: found.slice(0, most) }
        at = read.rows.at(-1) ?? at
      }
      return { rows: found, ...(at !== null && { lookedTo: at }) }
    },
  }
}

const isShort = (row: string): boolean => row.length < 4

const page = (rows: readonly string[], options: PageOptions): Promise<Page<string>> => readPage(inMemory(rows), options)

const kinds = {
  'all of its rows': { listOf: inMemory, shows: () => true },
  'what it finds in so many steps': { listOf: filtering, shows: isShort },
}

describe.each(Object.entries(kinds))('a list that shows %s', (_kind, { listOf, shows }) => {
  test('is visited forwards and then backwards: each row once, in order, to the end, while rows come and go', async () => {
    await fc.assert(
      fc.asyncProperty(
        keys,
        keys,
        fc.array(fc.tuple(fc.boolean(), fc.nat()), { maxLength: 30 }),
        order,
        limit,
        async (before, others, changes, direction, most) => {
          const rows = new Set(before)
          const stayed = new Set(before.filter(shows))
          const toCome = others.filter((row) => !rows.has(row))
          const toChange = [...changes]
          const change = (): void => {
            const [comes, nth] = toChange.pop() ?? [true, 0]
            const row = comes ? toCome.pop() : [...rows][nth % (rows.size || 1)]
            if (row === undefined) return
            if (comes) rows.add(row)
            else rows.delete(row)
            stayed.delete(row)
          }
          const isBefore = (a: string, b: string): boolean => (direction === 'ascending' ? a < b : a > b)
          const inOrder = (all: readonly string[]): boolean =>
            all.every((row, index) => index === 0 || isBefore(all[index - 1]!, row))
          const visit = async (from: string | null, next: 'iterator' | 'prevIterator') => {
            const pages: Page<string>[] = []
            for (let iterator = from; ; change()) {
              const part = await readPage(listOf([...rows]), { order: direction, limit: most, iterator })
              pages.push(part)
              expect(pages.length).toBeLessThan(200)
              if (part.done) return pages
              iterator = part[next]
            }
          }
          const forwards = await visit(null, 'iterator')
          const seen = forwards.flatMap(({ data }) => data)
          expect(inOrder(seen)).toBe(true)
          expect([...stayed].filter((row) => !seen.includes(row))).toEqual([])

          const last = forwards.at(-1)!
          change()
          if (last.prevIterator === null) {
            expect(seen).toEqual([])
            return
          }
          const backwards = await visit(last.prevIterator, 'prevIterator')
          const seenAgain = [...backwards.toReversed().flatMap(({ data }) => data), ...last.data]
          expect(inOrder(seenAgain)).toBe(true)
          expect([...stayed].filter((row) => !seenAgain.includes(row))).toEqual([])
        },
      ),
      { numRuns: 400 },
    )
  })
})

describe('pages', () => {
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

  test('before the first page is an empty one, which is done and finds what comes there later', async () => {
    const options = { order: 'descending', limit: 1 } as const
    const first = await page(['a', 'b'], options)
    expect(first).toMatchObject({ data: ['b'], done: false })
    const before = await page(['a', 'b'], { ...options, iterator: first.prevIterator })
    expect(before).toMatchObject({ data: [], done: true, prevIterator: first.prevIterator })
    expect(await page(['a', 'b', 'c'], { ...options, iterator: before.prevIterator })).toMatchObject({ data: ['c'] })
    // It leads back to the first page, with its first row.
    expect(await page(['a', 'b'], { ...options, iterator: before.iterator })).toMatchObject({ data: ['b'] })
  })

  test('an empty list has no iterators', async () => {
    expect(await page([], {})).toEqual({ data: [], iterator: null, prevIterator: null, done: true })
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
    const { prevIterator } = await page(['d'], options)
    expect((await page(['a', 'b', 'c'], { ...options, iterator: prevIterator })).data).toEqual(['b', 'c'])
  })

  test('a page has 50 rows when nothing is said', async () => {
    const rows = Array.from({ length: 60 }, (_, index) => `a${index}`).sort()
    expect((await page(rows, {})).data.length).toBe(50)
  })

  test.each([0, -1, 251, 1.5, Number.NaN, Number.POSITIVE_INFINITY])('a limit of %d is refused', async (wrong) => {
    const refused = (async () => page([], { limit: wrong }))()
    await expect(refused).rejects.toMatchObject({ code: 'invalid', field: 'limit' })
  })

  test('a bare key, or one with a minus, is an iterator where that row is there', async () => {
    const rows = ['-b', 'a', 'b', 'c']
    const at = async (iterator: string) => (await page(rows, { order: 'ascending', iterator })).data
    expect(await at('a')).toEqual(['b', 'c'])
    expect(await at('-c')).toEqual(['-b', 'a', 'b'])
    // Two rows may be meant: then it goes backwards, as everywhere.
    expect(await at('-b')).toEqual(['-b', 'a'])
    expect(await page(['-b', 'a'], { order: 'ascending', iterator: '-b' })).toMatchObject({ data: ['a'] })
    for (const iterator of ['x', '-x', '--c']) await expect(at(iterator)).rejects.toMatchObject({ field: 'iterator' })
  })

  test('an iterator of another list is refused, and one of another place', async () => {
    const options = { order: 'ascending', limit: 1 } as const
    const { iterator } = await readPage(listOfRows('others', ['a', 'b'], String), options)
    const own = (await page(['a', 'b'], options)).iterator!
    const made = [iterator, `-${own}`, own.replace('a', 'b'), `${own.slice(0, -1)}_`, own.toUpperCase(), `${own}~`]
    for (const wrong of made)
      await expect(page(['a', 'b'], { ...options, iterator: wrong })).rejects.toMatchObject({ field: 'iterator' })
  })

  test('filters may change from page to page: an iterator is a place in the list, and not in what is shown of it', async () => {
    const options = { order: 'ascending', limit: 1 } as const
    const rows = ['a', 'long', 'b']
    const { iterator } = await readPage(filtering(rows), options)
    expect((await page(rows, { ...options, iterator })).data).toEqual(['b'])
  })

  test.each(['', 'a b', "' OR 1=1--", 'a\0', 'é', '%', '*', 'a'.repeat(300), '~', '-\n', '-', 'a~12345678', 'garbage'])(
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
