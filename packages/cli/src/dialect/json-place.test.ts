import { expect, test } from 'vitest'
import { placeOf } from './json-place.ts'

const text = `{
  "name": "acme",
  "signatures": [
    { "header": "x", "over": ["a",
      { "$": "body" }] }
  ],
  "odd name": { "a.b": 1 }
}
`

test.each([
  ['', 1, 1],
  ['name', 2, 11],
  ['signatures[0]', 4, 5],
  ['signatures[0].over[1]', 5, 7],
  ['signatures[0].over[1].$', 5, 14],
  ['["odd name"]["a.b"]', 7, 24],
  // What is missing: where it should be.
  ['title', 1, 1],
  ['signatures[0].key.encoding', 4, 5],
  ['name.length', 2, 11],
])('%s stands in line %i, column %i', (path, line, column) => {
  expect(placeOf(text, path)).toEqual({ line, column })
})
