/** Examples in comments of the sources that end in their value (`newId(...) // 'msg_...'`) have that value. */
import { globSync, readFileSync } from 'node:fs'
import * as wire from '@posthorn/wire'
import { expect, test } from 'vitest'

const sources = new URL('../src/', import.meta.url)

/** ` * expression // value`, where the value is written out: nothing in it is left out with dots. */
const line = /^ +\* (\w+\(.*\)\S*) \/\/ ((?!.*\.\.\.)(?:'.*'|null|-?\d+|\[.*\]))$/gm

const examples = globSync('**/*.ts', { cwd: sources }).flatMap((file) =>
  [...readFileSync(new URL(file, sources), 'utf8').matchAll(line)].map(([, expression = '', value = '']) => ({
    file,
    expression,
    value,
  })),
)

test('there are examples', () => expect(examples.length).toBeGreaterThan(4))

test.each(examples)('$file: $expression', ({ expression, value }) => {
  expect(evaluate(expression)).toEqual(evaluate(value))
})

/** What the examples can name: everything that the package exports, and a message. */
const names = {
  ...wire,
  message: { id: 'msg_0K3OcC9O39pNCR5O', type: 'invoice.paid', payload: '{}', occurredAt: 0, acceptedAt: 0 },
}

function evaluate(code: string): unknown {
  // oxlint-disable-next-line typescript/no-implied-eval -- the code is our own comment
  return new Function(...Object.keys(names), `return (${code})`)(...Object.values(names))
}
