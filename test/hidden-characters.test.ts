import { expect, test } from 'vitest'
import { jsonWithHiddenEscaped, withHiddenShown } from '@posthorn/wire'

const page = (await import(new URL('../packages/server/static/visible.js', import.meta.url).href)) as {
  visible(text: string): string
}

/** Code points of every kind, halves of pairs too: the first plane, emoji, and the tags. The planes between have only letters. */
const everything = [...range(0, 0x20000), ...range(0xe0000, 0xe1000)].map((code) => String.fromCodePoint(code))

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, at) => from + at)
}

test('the page and the terminal show the same hidden characters, one by one', () => {
  for (const character of everything) {
    const text = `a${character}b`
    if (page.visible(text) !== withHiddenShown(text, '\n\t'))
      expect(page.visible(text)).toBe(withHiddenShown(text, '\n\t'))
  }
})

test.each([
  ['a right-to-left override', 'a\u202eb', 'a\\u{202e}b'],
  ['an isolate', '\u2066x\u2069', '\\u{2066}x\\u{2069}'],
  ['an Arabic letter mark', '\u061c', '\\u{61c}'],
  ['an escape sequence', '\u001b[31m', '\\x1b[31m'],
  ['its one-byte form', '\u009b31m', '\\x9b31m'],
  ['a zero-width space', 'pay\u200bpal', 'pay\\u{200b}pal'],
  ['a byte order mark', '\ufeffx', '\\u{feff}x'],
  ['a tag', '\u{e0041}', '\\u{e0041}'],
  ['half of a pair', '\ud800', '\\u{d800}'],
  ['a line separator', 'a\u2028b', 'a\\u{2028}b'],
])('%s is shown as its number', (_, text, shown) => {
  expect(withHiddenShown(text)).toBe(shown)
  expect(page.visible(text)).toBe(shown)
})

test('text of any script and emoji stay as they are', () => {
  for (const text of ['Zoë', 'שלום', 'مرحبا', 'می\u200cخواهم', '👩\u200d👩\u200d👧', '❤\ufe0f', '読む'])
    expect(withHiddenShown(text)).toBe(text)
})

test('JSON is escaped and keeps its value, whatever stands in it', () => {
  for (let at = 0; at < everything.length; at += 1024) {
    const value = everything.slice(at, at + 1024).map((character) => ({ [`k${character}`]: `v${character}` }))
    const json = JSON.stringify(value)
    const escaped = jsonWithHiddenEscaped(json)
    expect(JSON.stringify(JSON.parse(escaped)) === json).toBe(true)
    expect(withHiddenShown(escaped)).toBe(escaped)
  }
  expect(JSON.parse(jsonWithHiddenEscaped('{\r\n\t"a":\r[1.0]}'))).toEqual({ a: [1] })
})
