import { expect, test } from 'vitest'
import { assign, parseAssignment } from './assign.ts'

const payload = { visitor: { name: 'John', 'Car Reg': 'A1', 'a.b': 1 }, list: [{ id: 1 }, { id: 2 }] }
const set = (...texts: string[]) => assign(payload, texts.map(parseAssignment))

test('a value is JSON when it parses, and text when it does not', () => {
  expect(set('visitor.name=Ada').visitor).toMatchObject({ name: 'Ada' })
  expect(set('visitor.name=12').visitor).toMatchObject({ name: 12 })
  expect(set('visitor.name="12"').visitor).toMatchObject({ name: '12' })
  expect(set('visitor={"x":[true]}').visitor).toEqual({ x: [true] })
  expect(set('visitor.name=').visitor).toMatchObject({ name: '' })
  expect(set('visitor.name=a=b').visitor).toMatchObject({ name: 'a=b' })
})

test('a path names positions in lists, and its names may contain spaces and escaped dots', () => {
  expect(set('list.1.id=7').list).toEqual([{ id: 1 }, { id: 7 }])
  expect(set('visitor.Car Reg=B2').visitor).toMatchObject({ 'Car Reg': 'B2' })
  expect(set('visitor.a\\.b=2').visitor).toMatchObject({ 'a.b': 2 })
})

test('the given payload does not change', () => {
  set('visitor.name=Ada')
  expect(payload.visitor.name).toBe('John')
})

test.each([
  'visitor.nmae=x',
  'visitor.name.first=x',
  'list.2.id=1',
  'list.length=0',
  'visitor.__proto__=1',
  '__proto__.x=1',
  'constructor=1',
])('an unknown path is refused: %s', (text) => {
  expect(() => set(text)).toThrow(/the payload has no such member/)
})

test('the error lists the existing paths, the nearest first', () => {
  expect(() => set('visitor.nmae=x')).toThrow(
    expect.objectContaining({ next: expect.stringMatching(/^It has: visitor\.name, /) }),
  )
})
