/** The generated snippets, run by the interpreters they are written for, on requests that `sign` made. */
import { spawnSync } from 'node:child_process'
import {
  compile,
  dialects,
  publicKeyOf,
  snippet,
  snippetLanguages,
  verify,
  type CompiledDialect,
  type Dialect,
  type Slot,
  type SnippetLanguage,
  type SnippetParameter,
  type WireMessage,
  type WireRequest,
} from '@posthorn/wire'
import { describe, expect, test } from 'vitest'
import { missing } from './installed.ts'
import { moreDialects } from './more-dialects.ts'
import { sampleMessage, sampleSecrets } from './sample.ts'
import { snippetDialects } from './snippets/dialects.ts'
import { interpreters, runSnippets, type SnippetJob } from './snippets/run.ts'

const url = 'https://example.com/hooks?tenant=7'
const now = 1_764_000_000_000
const messageOf = (compiled: CompiledDialect): WireMessage => sampleMessage(compiled, now, 'o\'neill "7" #{x} $y')
const all = [...dialects, ...moreDialects, ...snippetDialects].map((dialect) => compile(dialect))

interface Case {
  compiled: CompiledDialect
  what: string
  request: WireRequest
  secrets: string[]
  now: number
  isRight: boolean
}

function casesOf(compiled: CompiledDialect): Case[] {
  const { dialect } = compiled
  const [secret = '', old = ''] = sampleSecrets(compiled)
  const message = messageOf(compiled)
  const make = (secrets: string[]): WireRequest =>
    compiled.encodeSync({ message, url, secrets, sentAt: now, attempt: 2, lastError: 'timeout' })
  const isSigned = dialect.signatures.length > 0
  const request = make(isSigned ? [secret] : [])
  const right = { compiled, request, secrets: isSigned ? [secret] : [], now, isRight: true }
  const cases: Case[] = [{ ...right, what: 'as it was sent' }]
  if (!isSigned) return cases

  const wrong = { ...right, isRight: false }
  const headers = (change: (name: string, value: string) => [string, string][]): WireRequest => ({
    ...request,
    headers: request.headers.flatMap(([name, value]) => change(name, value)),
  })
  const names = new Set(dialect.signatures.map(({ header }) => header))
  cases.push(
    { ...right, what: 'names in capitals', request: headers((name, value) => [[name.toUpperCase(), value]]) },
    { ...right, what: 'the receiver has the new secret too', secrets: [old, secret] },
    { ...wrong, what: 'another secret', secrets: [old] },
    { ...wrong, what: 'no secret', secrets: [] },
    { ...wrong, what: 'no signature', request: headers((name, value) => (names.has(name) ? [] : [[name, value]])) },
    {
      ...wrong,
      what: 'an empty signature',
      request: headers((name, value) => [[name, names.has(name) ? '' : value]]),
    },
    {
      ...wrong,
      what: 'half a signature',
      request: headers((name, value) => [[name, names.has(name) ? value.slice(0, value.length / 2) : value]]),
    },
  )
  const over = dialect.signatures.flatMap((signature) => signature.over)
  const isSignedField = (value: unknown): boolean =>
    typeof value === 'object' && over.some((part) => typeof part !== 'string' && part.$ === (value as Slot).$)
  for (const [changed, slot] of Object.entries(dialect.request.headers ?? {})) {
    if (!isSignedField(slot)) continue
    const change = (to: (value: string) => string): WireRequest =>
      headers((name, value) => [[name, name === changed ? to(value) : value]])
    cases.push(
      {
        ...wrong,
        what: `another ${changed}`,
        request: change((value) => value.replace(/[0-9a-z](?=[^0-9a-z]*$)/, '4')),
      },
      { ...wrong, what: `${changed} in front of another`, request: change((value) => `${value}.${value}`) },
      { ...wrong, what: `no ${changed}`, request: headers((name, value) => (name === changed ? [] : [[name, value]])) },
    )
  }
  if (over.some((part) => typeof part !== 'string' && part.$ === 'body')) {
    const body = Uint8Array.from(request.body ?? [])
    body[body.length - 3]! ^= 1
    cases.push({ ...wrong, what: 'a flipped bit in the body', request: { ...request, body } })
  }
  if (Object.values(dialect.request.query ?? {}).some(isSignedField)) {
    cases.push({
      ...wrong,
      what: 'another query',
      request: { ...request, url: request.url.replace('claim-7', 'claim-8') },
    })
  }
  const several = dialect.signatures.filter(
    ({ format }) => 'list' in format || ('pairs' in format && format.pairs.several),
  )
  if (several.length === dialect.signatures.length) {
    const rotated = make([secret, old])
    cases.push(
      { ...right, what: 'two signatures, the first is ours', request: rotated },
      { ...right, what: 'two signatures, the second is ours', request: rotated, secrets: [old] },
    )
  }
  for (const { algorithmHeader } of dialect.signatures) {
    if (algorithmHeader === undefined) continue
    const change = (value: string | null): WireRequest =>
      headers((name, old) => (name !== algorithmHeader.name ? [[name, old]] : value === null ? [] : [[name, value]]))
    cases.push(
      { ...wrong, what: 'another algorithm', request: change('none') },
      { ...right, what: 'no algorithm', request: change(null) },
    )
  }
  const tolerance = dialect.signatures.find(({ toleranceSeconds }) => toleranceSeconds !== undefined)?.toleranceSeconds
  if (tolerance !== undefined) {
    for (const direction of [1, -1]) {
      const at = (seconds: number): number => now + direction * seconds * 1000
      const where = direction > 0 ? 'late' : 'early'
      cases.push(
        { ...right, what: `${where}, but not too much`, now: at(tolerance - 2) },
        { ...wrong, what: `too ${where}`, now: at(tolerance + 2) },
      )
    }
  }
  return cases
}

function jobOf({ compiled, request, secrets, now: time }: Case, language: SnippetLanguage): SnippetJob {
  const { code, entry, parameters } = snippet(compiled.dialect, language)
  const values: Record<SnippetParameter, SnippetJob['arguments'][SnippetParameter] & {}> = {
    headers: Object.fromEntries(request.headers),
    body: Buffer.from(request.body ?? []).toString('base64'),
    secrets: secrets.map((secret) => publicKeyOf(compiled, secret) ?? secret),
    now: time / 1000,
    query: Object.fromEntries(new URL(request.url).searchParams),
    url: request.url,
    method: request.method,
  }
  const given = Object.fromEntries(parameters.map((name) => [name, values[name]]))
  return { name: compiled.dialect.name, code, entry, arguments: given }
}

/** What the function answers about a request that is right. */
function expectedResult({ compiled, request }: Case): unknown {
  const { body } = compiled.dialect
  if (body.kind !== 'none') return JSON.parse(Buffer.from(request.body ?? []).toString()) as unknown
  return messageOf(compiled).claim
}

const cases = all.flatMap(casesOf)

test('there is a case for every algorithm, format and encoding', async () => {
  const signatures = all.flatMap(({ dialect }) => dialect.signatures)
  const kinds = new Set(
    signatures.flatMap(({ algorithm, format, encoding }) => [algorithm, encoding, ...Object.keys(format)]),
  )
  expect(kinds.size).toBe(7 + 2 + 3)
})

test('verify says the same about every case', async () => {
  for (const { compiled, what, request, secrets, now: time, isRight } of cases) {
    const keys = secrets.map((secret) => publicKeyOf(compiled, secret) ?? secret)
    const options = compiled.dialect.signatures.length === 0 ? { secret: null } : { secrets: keys }
    const result = await verify(request, { dialect: compiled, ...options, now: time })
    expect(result.ok, `${compiled.dialect.name}, ${what}`).toBe(isRight)
  }
})

/** Of one language, what needs a package that may be missing. */
function missingPackage(language: SnippetLanguage): string | null {
  if (language !== 'python' || process.env['POSTHORN_TEST_REQUIRE'] === 'all') return null
  const isThere = spawnSync('python3', ['-c', 'import cryptography']).status === 0
  return isThere ? null : 'the package cryptography is not installed'
}

describe('run by the real interpreters', () => {
  for (const language of snippetLanguages) {
    const { program } = interpreters[language]
    const reason = missing(program)
    const isAsymmetric = ({ compiled: { dialect } }: Case): boolean =>
      dialect.signatures.some(({ algorithm }) => algorithm === 'ed25519' || algorithm === 'ecdsa-p256')
    const groups = [
      { what: 'symmetric keys', cases: cases.filter((one) => !isAsymmetric(one)), reason },
      { what: 'asymmetric keys', cases: cases.filter(isAsymmetric), reason: reason ?? missingPackage(language) },
    ]
    for (const { what, cases: chosen, reason: lacking } of groups) {
      if (lacking !== null) {
        test.skip(`${language}, ${what} (skipped: ${lacking})`, () => {})
        continue
      }
      test(`${language}, ${what}: accepts what we sign, and refuses what we refuse`, () => {
        const answers = runSnippets(
          language,
          chosen.map((one) => jobOf(one, language)),
        )
        expect(answers.length).toBe(chosen.length)
        for (const [index, one] of chosen.entries()) {
          const answer = answers[index]!
          const name = `${one.compiled.dialect.name}, ${one.what}: ${answer.error ?? 'accepted'}`
          expect(answer.ok, name).toBe(one.isRight)
          if (one.isRight) expect(answer.result, name).toEqual(expectedResult(one))
          // A mistake in the snippet itself would refuse too.
          else expect(answer.error, name).toMatch(/^[\w.\\]*(Error|Exception)(: | ?$)/)
          if (!one.isRight)
            expect(answer.error, name).not.toMatch(/TypeError|NameError|NoMethodError|ReferenceError|NullPointer/)
        }
      })
    }
  }
})

describe('what a dialect says about itself stays text', () => {
  const hostile = '"\'`\\ \u2028*/ ?> """ #{1} ${1} {1} \\u000a %s\n\u0000end'
  const dialect: Dialect = {
    ...moreDialects[0]!,
    name: 'hostile',
    title: hostile,
    signatures: [
      {
        ...moreDialects[0]!.signatures[0]!,
        over: [hostile, { $: 'sentAt', as: 'unixMs', prefix: '"{}$' }, hostile, { $: 'body' }, hostile],
      },
    ],
  }
  const compiled = compile(dialect)
  for (const language of snippetLanguages) {
    const reason = missing(interpreters[language].program)
    if (reason !== null) {
      test.skip(`${language} (skipped: ${reason})`, () => {})
      continue
    }
    test(`${language}: quotes, comment ends, escapes and interpolation`, () => {
      const [first, changed] = casesOf(compiled).filter(
        ({ what }) => what === 'as it was sent' || what === 'another secret',
      )
      const answers = runSnippets(language, [jobOf(first!, language), jobOf(changed!, language)])
      expect(
        answers.map(({ ok }) => ok),
        answers[0]?.error,
      ).toEqual([true, false])
    })
  }
})

test('a dialect that is none is refused, and nothing is printed', () => {
  const broken = { ...dialects[0]!, title: '' }
  expect(() => snippet(broken, 'python')).toThrow(expect.objectContaining({ code: 'invalid_dialect' }))
})
