import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Places, type Holder } from './places.ts'

function takeAll(places: Places<Holder>, org: string, app: string | null, count: number): Holder[] {
  const taken: Holder[] = []
  for (let nth = 0; nth < count; nth++) {
    const holder = { org, app }
    if (places.take(holder) !== false) taken.push(holder)
  }
  return taken
}

describe('places', () => {
  it('are all for one while nobody else wants any', () => {
    expect(takeAll(new Places(10), 'org_1', null, 11)).toHaveLength(10)
  })

  it('when all are taken, the one with the most gives its newest to another organisation, down to equal shares', () => {
    const places = new Places<Holder>(10)
    const first = takeAll(places, 'org_1', null, 10)
    expect(places.take({ org: 'org_2', app: 'app_1' })).toBe(first.at(-1))
    expect(takeAll(places, 'org_2', 'app_1', 9)).toHaveLength(4)
    expect(places.take({ org: 'org_1', app: null })).toBe(false)
    expect(places.take({ org: 'org_3', app: null })).not.toBe(false)
  })

  it('are shared between the applications of an organisation in the same way', () => {
    const places = new Places<Holder>(9)
    takeAll(places, 'org_1', 'app_1', 9)
    expect(takeAll(places, 'org_1', 'app_2', 9)).toHaveLength(4)
    expect(takeAll(places, 'org_1', null, 9)).toHaveLength(3)
    expect(places.take({ org: 'org_1', app: 'app_3' })).toMatchObject({ org: 'org_1' })
  })

  it('are free again when they are given back, also twice', () => {
    const places = new Places<Holder>(1)
    const [holder] = takeAll(places, 'org_1', null, 1)
    places.free(holder!)
    places.free(holder!)
    expect(places.take({ org: 'org_2', app: null })).toBeNull()
    expect(places.take({ org: 'org_2', app: null })).toBe(false)
  })

  it('an organisation that has fewer than its share always gets one, whatever the others do', () => {
    const name = fc.constantFrom('a', 'b', 'c', 'd')
    fc.assert(
      fc.property(fc.array(fc.tuple(name, name), { minLength: 20, maxLength: 200 }), (wishes) => {
        const places = new Places<Holder>(12)
        const taken = new Set<Holder>()
        for (const [org, app] of wishes) {
          const holder = { org, app }
          const given = places.take(holder)
          if (given === false) {
            // Four organisations share twelve places: it has its three.
            expect([...taken].filter((other) => other.org === org).length).toBeGreaterThanOrEqual(3)
            continue
          }
          if (given) taken.delete(given)
          taken.add(holder)
          expect(taken.size).toBeLessThanOrEqual(12)
        }
      }),
    )
  })
})
