/** The conformance suite, over every dialect that is built in, every vector that ships, and some more. */
import fc from 'fast-check'
import { compile, dialects } from '@posthorn/wire'
import { applies, dialectSuite, laws, randomCase, seeded } from '@posthorn/wire/conformance'
import { describe, expect, test } from 'vitest'
import { moreDialects } from './more-dialects.ts'
import { vectorFiles } from './vectors.ts'

const ed25519 = vectorFiles.find(({ file }) => file === 'standard-ed25519.json')!.data
const all = [...dialects, ed25519, ...moreDialects]

describe('every dialect', () => {
  for (const data of all) {
    const vectors = vectorFiles.filter((one) => one.data.name === data.name).flatMap((one) => one.vectors)
    for (const { name, run } of dialectSuite(data, { vectors, cases: 15 })) test(name, run)
  }

  test('has a vector file, if it is built in', () => {
    expect(
      dialects.map(({ name }) => name).filter((name) => !vectorFiles.some(({ data }) => data.name === name)),
    ).toEqual([])
  })

  test('is plain JSON: it survives being printed and parsed', () => {
    for (const data of all) expect(JSON.parse(JSON.stringify(data))).toEqual(data)
  })
})

describe('the laws as properties', () => {
  for (const data of all) {
    const compiled = compile(data)
    for (const law of laws.filter((one) => applies(one, compiled))) {
      test(`${data.name}: ${law.name}`, async () => {
        await fc.assert(
          fc.asyncProperty(fc.integer(), fc.jsonValue({ maxDepth: 4 }), async (seed, value) => {
            const random = seeded(seed)
            const input = randomCase(compiled, random)
            // Names that no envelope uses: clashes have their own test.
            const payload = JSON.stringify({ '': value, value, 'é"\\': [value] }, null, seed & 1 ? 2 : 0)
            await law.holds(compiled, seed & 2 ? { ...input, message: { ...input.message, payload } } : input, random)
          }),
          { numRuns: 40 },
        )
      })
    }
  }
})
