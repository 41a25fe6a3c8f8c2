import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Deque } from './deque.ts'

test('like a plain array, whatever is pushed, shifted and drained', () => {
  // Runs of pushes and shifts, so that the queue grows past the point where it lets go of what was taken.
  const step = fc.oneof(
    { weight: 5, arbitrary: fc.record({ push: fc.integer({ min: 1, max: 120 }) }) },
    { weight: 5, arbitrary: fc.record({ shift: fc.integer({ min: 1, max: 120 }) }) },
    { weight: 1, arbitrary: fc.constant({ drain: true }) },
  )
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const deque = new Deque<number>()
      let model: number[] = []
      let next = 0
      for (const action of steps) {
        if ('push' in action)
          for (let count = 0; count < action.push; count += 1) {
            deque.push(next)
            model.push(next)
            next += 1
          }
        else if ('shift' in action)
          for (let count = 0; count < action.shift; count += 1) expect(deque.shift()).toBe(model.shift())
        else {
          expect(deque.drain()).toEqual(model)
          model = []
        }
        expect(deque.length).toBe(model.length)
      }
      expect(deque.drain()).toEqual(model)
    }),
  )
})

test('a hundred thousand that pass through leave in their order', () => {
  const deque = new Deque<number>()
  const taken: (number | undefined)[] = []
  for (let item = 0; item < 100_000; item += 1) {
    deque.push(item)
    if (item % 3 > 0) taken.push(deque.shift(), deque.shift())
  }
  taken.push(...deque.drain())
  const items = taken.filter((item) => item !== undefined)
  expect(items).toEqual(Array.from({ length: 100_000 }, (_, index) => index))
  expect(deque.shift()).toBeUndefined()
})
