/** The examples in the README run as they are printed, and give what they say. */
import { readFileSync } from 'node:fs'
import * as wire from '@posthorn/wire'
import * as conformance from '@posthorn/wire/conformance'
import * as dialects from '@posthorn/wire/dialects'
import * as verifier from '@posthorn/wire/verifier'
import { expect, test } from 'vitest'

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
const examples = [...readme.matchAll(/```js\n([\s\S]*?)```/g)].map(([, code = '']) => code)

const modules = { wire, 'wire/conformance': conformance, 'wire/dialects': dialects, 'wire/verifier': verifier }

test('the README has its examples', () => expect(examples.length).toBe(8))

for (const [index, code] of examples.entries()) {
  const title = code.split('\n')[0] ?? ''
  test(`example ${index + 1}: ${title}`, async () => {
    const imports = /^import \{ ([^}]*) \} from '@posthorn\/(\w+(?:\/\w+)?)'$/gm
    const body = code.replace(
      imports,
      (_, names: string, from: string) => `const { ${names} } = modules[${JSON.stringify(from)}]`,
    )
    const shown: unknown[] = []
    const print = { log: (...values: unknown[]) => shown.push(...values) }
    // oxlint-disable-next-line typescript/no-implied-eval -- the code is our own README
    const run = new Function('modules', 'console', `return (async () => {\n${body}\n})()`) as (
      ...globals: unknown[]
    ) => Promise<void>
    await run(modules, print)
    const expected = [...code.matchAll(/console\.log\(.*\) \/\/ (.*)$/gm)].map(([, text]) => text)
    expect(shown.map((value) => (typeof value === 'string' ? value : JSON.stringify(value)))).toEqual(expected)
  })
}
