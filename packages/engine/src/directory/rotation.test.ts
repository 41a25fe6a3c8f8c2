import fc from 'fast-check'
import { compile, dialect } from '@posthorn/wire'
import { describe, expect, test } from 'vitest'
import { carriesSeveral, isShared, pendingAt, rotated, signingAt, standingAt } from './rotation.ts'
import type { SealedSecret } from '../store/catalog.ts'

const now = 1_000_000
const old: SealedSecret = { sealed: 'old', until: null }

function names(secrets: readonly SealedSecret[]): string[] {
  return secrets.map(({ sealed }) => sealed)
}

describe('a dialect', () => {
  test('of a list or of several pairs carries the signatures of several secrets, a bare one does not', () => {
    expect(carriesSeveral(dialect('standard'))).toBe(true)
    expect(carriesSeveral(dialect('scalefusion'))).toBe(false)
    expect(carriesSeveral(dialect('signinapp'))).toBe(false)
    const { dialect: signinapp } = dialect('signinapp')
    const [signature] = signinapp.signatures
    const format = { pairs: { separator: ',', time: 't', signature: 's1', several: true } } as const
    expect(carriesSeveral(compile({ ...signinapp, signatures: [{ ...signature!, format }] }))).toBe(true)
  })

  test('says whether the application has the key', () => {
    expect(isShared(dialect('screenmeet'))).toBe(true)
    expect(isShared(dialect('standard'))).toBe(false)
    expect(isShared(dialect('autoflex'))).toBe(false)
  })
})

describe('a rotation', () => {
  test('where both fit: the new one signs at once, the old one beside it until the overlap ends', () => {
    const secrets = rotated([old], { next: 'new', overlapMs: 500, now, together: true })
    expect(names(signingAt(secrets, now))).toEqual(['new', 'old'])
    expect(names(signingAt(secrets, now + 499))).toEqual(['new', 'old'])
    expect(names(signingAt(secrets, now + 500))).toEqual(['new'])
    expect(pendingAt(secrets, now)).toBeNull()
  })

  test('where one fits: the old one signs until the overlap ends, and the new one from that moment', () => {
    const secrets = rotated([old], { next: 'new', overlapMs: 500, now, together: false })
    expect(names(signingAt(secrets, now))).toEqual(['old'])
    expect(names(signingAt(secrets, now + 499))).toEqual(['old'])
    expect(names(signingAt(secrets, now + 500))).toEqual(['new'])
    expect(pendingAt(secrets, now)).toMatchObject({ sealed: 'new', from: now + 500 })
    expect(pendingAt(secrets, now + 500)).toBeNull()
  })

  test('without an overlap ends the old one at once', () => {
    for (const together of [true, false])
      expect(names(rotated([old], { next: 'new', overlapMs: 0, now, together }))).toEqual(['new'])
  })

  test('again, before the new one signed, forgets that one', () => {
    const once = rotated([old], { next: 'first', overlapMs: 500, now, together: false })
    const twice = rotated(once, { next: 'second', overlapMs: 100, now: now + 1, together: false })
    expect(names(twice)).toEqual(['second', 'old'])
    expect(names(signingAt(twice, now + 101))).toEqual(['second'])
  })

  test('again, shortly before the switch, gives the old one the whole new overlap', () => {
    const once = rotated([old], { next: 'first', overlapMs: 500, now, together: false })
    const twice = rotated(once, { next: 'second', overlapMs: 10_000, now: now + 499, together: false })
    expect(names(signingAt(twice, now + 10_000))).toEqual(['old'])
    expect(pendingAt(twice, now + 499)).toMatchObject({ sealed: 'second', from: now + 499 + 10_000 })
  })

  test('to nothing leaves the old one to sign until the overlap ends', () => {
    const secrets = rotated([old], { next: null, overlapMs: 500, now, together: true })
    expect(names(signingAt(secrets, now))).toEqual(['old'])
    expect(signingAt(secrets, now + 500)).toEqual([])
  })

  test('of one that had none signs with the new one at once', () => {
    expect(names(signingAt(rotated([], { next: 'new', overlapMs: 500, now, together: false }), now))).toEqual(['new'])
  })

  test('shows the one that signs, and beside it the next one with its time', () => {
    const secrets = rotated([old], { next: 'new', overlapMs: 500, now, together: false })
    expect(standingAt(secrets, now)).toMatchObject({
      current: { sealed: 'old' },
      next: { secret: { sealed: 'new' }, from: now + 500 },
      previousUntil: null,
    })
    expect(standingAt(secrets, now + 500)).toMatchObject({
      current: { sealed: 'new' },
      next: null,
      previousUntil: null,
    })
    const together = rotated([old], { next: 'new', overlapMs: 500, now, together: true })
    expect(standingAt(together, now)).toMatchObject({
      current: { sealed: 'new' },
      next: null,
      previousUntil: now + 500,
    })
    expect(standingAt(together, now + 500)).toMatchObject({ current: { sealed: 'new' }, previousUntil: null })
  })

  test('to nothing shows until when the old one signs', () => {
    const secrets = rotated([old], { next: null, overlapMs: 500, now, together: false })
    expect(standingAt(secrets, now)).toMatchObject({
      current: { sealed: 'old' },
      next: { secret: null, from: now + 500 },
      previousUntil: null,
    })
    expect(standingAt(secrets, now + 500)).toEqual({ current: null, next: null, previousUntil: null })
  })

  test('what is shown as signing is what signs, at every time after any sequence of rotations', () => {
    const steps = fc.array(fc.record({ wait: fc.nat(1000), overlapMs: fc.nat(1000), ends: fc.boolean() }), {
      minLength: 1,
      maxLength: 12,
    })
    fc.assert(
      fc.property(steps, fc.boolean(), fc.array(fc.nat(3000), { maxLength: 20 }), (all, together, moments) => {
        let secrets: SealedSecret[] = [old]
        let at = now
        for (const [index, { wait, overlapMs, ends }] of all.entries()) {
          at += wait
          secrets = rotated(secrets, { next: ends ? null : `new${index}`, overlapMs, now: at, together })
          for (const moment of moments) {
            const { current, next } = standingAt(secrets, at + moment)
            expect(current).toEqual(signingAt(secrets, at + moment)[0] ?? null)
            if (next) expect(signingAt(secrets, next.from)[0] ?? null).toEqual(next.secret)
          }
        }
      }),
    )
  })

  test('after any sequence of rotations at least one secret signs at every time, and exactly one where a request carries one signature', () => {
    const steps = fc.array(fc.record({ wait: fc.nat(1000), overlapMs: fc.nat(1000) }), { minLength: 1, maxLength: 12 })
    fc.assert(
      fc.property(steps, fc.boolean(), fc.array(fc.nat(3000), { maxLength: 20 }), (all, together, moments) => {
        let secrets: SealedSecret[] = [old]
        let at = now
        for (const [index, { wait, overlapMs }] of all.entries()) {
          at += wait
          secrets = rotated(secrets, { next: `new${index}`, overlapMs, now: at, together })
          for (const moment of moments) {
            const signing = signingAt(secrets, at + moment)
            if (together) expect(signing.length).toBeGreaterThan(0)
            else expect(signing).toHaveLength(1)
          }
          expect(names(signingAt(secrets, at + 3001))[0]).toBe(`new${index}`)
        }
      }),
    )
  })
})
