import { dialects, nearestWord } from '@posthorn/wire'
import { describe, expect, test } from 'vitest'

const settings = ['POSTHORN_PORT', 'POSTHORN_HOST', 'POSTHORN_EXTRA_CA', 'POSTHORN_JWT_SECRET']
const fields = ['url', 'uid', 'filter', 'eventTypes', 'httpsOnly', 'en']
const dialectNames = dialects.map(({ name }) => name)

describe('a mistyped word', () => {
  test.each([
    ['two letters changed places', 'POSTHORN_JWT_SECERT', settings, 'POSTHORN_JWT_SECRET'],
    ['a letter too many', 'POSTHORN_PORTS', settings, 'POSTHORN_PORT'],
    ['a letter too few', 'httpOnly', fields, 'httpsOnly'],
    ['another letter', 'filler', fields, 'filter'],
    ['another case', 'EVENTTYPES', fields, 'eventTypes'],
    ['another way to join words', 'event_types', fields, 'eventTypes'],
    ['a short word', 'eng', fields, 'en'],
    ['one operator behind a sign that all have', '$ne', ['$eq', '$neq', '$startsWith'], '$neq'],
    ['a dialect', 'standart', dialectNames, 'standard'],
    ['a word that another one begins with', 'enn', ['en', 'eng'], 'en'],
    ['the only word that is known', 'lmit', ['limit'], 'limit'],
  ])('%s: %s', (_, word, known, meant) => expect(nearestWord(word, known)).toBe(meant))

  test('of two that are equally close the first is suggested', () => {
    expect(nearestWord('cat', ['bat', 'hat'])).toBe('bat')
    expect(nearestWord('cat', ['hat', 'bat'])).toBe('hat')
  })
})

describe('a word that is not close suggests nothing', () => {
  test.each([
    ['POSTHORN_METRICS', settings],
    ['POSTHORN_', settings],
    ['METRICS', settings],
    ['listen', fields],
    ['x', fields],
    ['', fields],
    ['github', dialectNames],
    ['toString', fields],
    ['anything', []],
    ['id'.repeat(100_000), fields],
  ])('%.40s', (word, known) => expect(nearestWord(word, known)).toBeNull())
})
