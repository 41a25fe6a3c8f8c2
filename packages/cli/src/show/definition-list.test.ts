import { expect, test } from 'vitest'
import { definitionList } from './definition-list.ts'

test('meanings are aligned and wrapped at words', () => {
  expect(
    definitionList(
      [
        ['a', 'one'],
        ['long', 'what is longer than a line wraps'],
      ],
      28,
    ),
  ).toBe(['  a     one', '  long  what is longer than', '        a line wraps'].join('\n'))
})
