import { expect, test } from 'vitest'
import { printable, printableBytes } from './printable.ts'

test('escape sequences of a receiver do not reach the terminal', () => {
  expect(printable('ok \u001b[31mred\u0007')).toBe('ok \\x1b[31mred\\x07')
  expect(printable('\u009b2J')).toBe('\\x9b2J')
})

test('characters that reverse the reading order are made visible', () => {
  expect(printable('a\u202eb\u2066c')).toBe('a\\u{202e}b\\u{2066}c')
})

test('line breaks and tabs stay, except with oneLine', () => {
  expect(printable('a\n\tb')).toBe('a\n\tb')
  expect(printable('a\nb', { oneLine: true })).toBe('a\\x0ab')
})

test('text in any script stays', () => {
  expect(printable('Zoë 読む 🎺')).toBe('Zoë 読む 🎺')
})

test('a long body is cut, and the rest is counted', () => {
  expect(printableBytes(Buffer.alloc(20, 'a'), 8)).toBe('aaaaaaaa\n... 12 more bytes')
})
