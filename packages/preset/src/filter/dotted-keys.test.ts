import { expect, test } from 'vitest'
import { dottedKeys } from './dotted-keys.ts'

test('a key that looks like a path is found at any depth, once, with the filter that was probably meant', () => {
  const filter = {
    'visitor.additional.Email Address': 'a@b.test',
    $or: [{ 'site.id': 1 }, { site: { 'site.id': { $gt: 2 } } }],
  }
  expect(dottedKeys(filter)).toEqual([
    { key: 'visitor.additional.Email Address', nested: '{"visitor":{"additional":{"Email Address":...}}}' },
    { key: 'site.id', nested: '{"site":{"id":...}}' },
  ])
})

test('text of values, operators, and dots at an end are no paths', () => {
  expect(dottedKeys({ host: 'a.b', n: { $gt: 1.5 }, list: ['a.b'], 'etc.': 1, '.hidden': 1, '...': 1 })).toEqual([])
})
