import fc from 'fast-check'
import { expect, test } from 'vitest'
import { DueHeap } from './due-heap.ts'

test('an empty heap has nothing due, ever', () => {
  const heap = new DueHeap<string>()
  expect(heap.size).toBe(0)
  expect(heap.earliest).toBe(Number.POSITIVE_INFINITY)
  expect(heap.popDue(Number.POSITIVE_INFINITY)).toBeNull()
})

test('what is due now is taken, what is due a moment later stays', () => {
  const heap = new DueHeap<string>()
  heap.push(10, 'now')
  heap.push(11, 'later')
  expect(heap.popDue(10)).toEqual({ due: 10, item: 'now' })
  expect(heap.popDue(10)).toBeNull()
  expect(heap.earliest).toBe(11)
})

test('like a sorted array, whatever is pushed and taken in between', () => {
  const push = fc.record({ push: fc.integer({ min: 0, max: 50 }) })
  const pop = fc.record({ popDue: fc.integer({ min: 0, max: 60 }) })
  fc.assert(
    fc.property(fc.array(fc.oneof(push, pop), { maxLength: 300 }), (steps) => {
      const heap = new DueHeap<number>()
      const model: { due: number; item: number }[] = []
      for (const [item, step] of steps.entries()) {
        if ('push' in step) {
          heap.push(step.push, item)
          model.push({ due: step.push, item })
          model.sort((a, b) => a.due - b.due)
        } else {
          const popped = heap.popDue(step.popDue)
          const earliest = model[0]
          expect(popped?.due).toBe(earliest && earliest.due <= step.popDue ? earliest.due : undefined)
          // Of two that are due together either may come first; it is one of those that were pushed with this time.
          if (popped) {
            const at = model.findIndex((entry) => entry.due === popped.due && entry.item === popped.item)
            expect(at).toBeGreaterThanOrEqual(0)
            model.splice(at, 1)
          }
        }
        expect(heap.size).toBe(model.length)
        expect(heap.earliest).toBe(model[0]?.due ?? Number.POSITIVE_INFINITY)
      }
    }),
  )
})
