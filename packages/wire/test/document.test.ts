/** The page about a dialect is true: its example verifies, and the code in it runs. */
import {
  compile,
  dialect,
  dialects,
  documentDialect,
  indentJson,
  snippetLanguages,
  verify,
  type Dialect,
  type DocumentSample,
  type WireMessage,
} from '@posthorn/wire'
import { describe, expect, test } from 'vitest'
import { missing } from './installed.ts'
import { moreDialects } from './more-dialects.ts'
import { sampleMessage } from './sample.ts'
import { snippetDialects } from './snippets/dialects.ts'
import { interpreters, runSnippets } from './snippets/run.ts'

const sample: DocumentSample = {
  type: 'visitor.signin',
  payload: '{"name": "Zoë | ```` <b>", "total": 12.50}',
}
const all: readonly Dialect[] = [...dialects, ...moreDialects, ...snippetDialects]

/** The same with a value for every param of a dialect; its payload has a name that no envelope has. */
function sampleOf(one: Dialect): DocumentSample {
  const { params } = sampleMessage(compile(one), 0, 'space')
  return { ...sample, payload: sample.payload.replace('"name"', '"Zoë"'), params: { ...params, claim: 'claim-7' } }
}

/** Blocks of a page by the language that stands at their fences. */
function blocks(page: string, language: string): string[] {
  return [...page.matchAll(/^(`{3,})(\w+)\n([\s\S]*?)^\1$/gm)]
    .filter((match) => match[2] === language)
    .map((match) => match[3] ?? '')
}

interface PrintedVector {
  message: WireMessage
  secrets: string[]
  publicKey?: string
  sentAt: number
  request: { method: string; url: string; headers: [string, string][]; body: string | null }
}

function vectorOf(page: string): PrintedVector {
  return JSON.parse(blocks(page, 'json').at(-1) ?? '') as PrintedVector
}

describe('the example of a page', () => {
  for (const one of all) {
    test(`${one.name}: is verified, by the public key where there is one`, async () => {
      const { request, secrets, publicKey, sentAt } = vectorOf(await documentDialect(one, { sample: sampleOf(one) }))
      expect(secrets.length).toBe(one.signatures.length > 0 ? 1 : 0)
      const options =
        secrets.length === 0 ? { secret: null } : { secrets: publicKey === undefined ? secrets : [publicKey] }
      const result = await verify(request, { dialect: one, ...options, now: sentAt })
      expect(result, result.ok ? '' : result.message).toMatchObject({ ok: true, messages: [{}] })
    })
    test(`${one.name}: stands as HTTP with the same headers and body`, async () => {
      const page = await documentDialect(one, { sample: sampleOf(one) })
      const { request } = vectorOf(page)
      const [head = '', body = ''] = blocks(page, 'http')[0]!
        .replace(/\n$/, '')
        .split(/\n\n(.*)/s)
      const [start, host, ...headers] = head.split('\n')
      expect(start).toBe(`${request.method} ${request.url.replace('https://example.com', '')} HTTP/1.1`)
      expect(host).toBe('host: example.com')
      expect(headers).toEqual(request.headers.map(([name, value]) => `${name}: ${value}`))
      expect(body).toBe(request.body ?? '')
    })
  }
})

describe('the code of a page, taken out by its fence', () => {
  const reason = missing(interpreters.python.program)
  for (const one of dialects) {
    if (reason !== null) {
      test.skip(`${one.name} (skipped: ${reason})`, () => {})
      continue
    }
    test(`${one.name}: the Python in it verifies the example in it`, async () => {
      const page = await documentDialect(one, { sample: sampleOf(one) })
      const [code = '', ...others] = blocks(page, 'python')
      expect(others).toEqual([])
      const { request, secrets, sentAt } = vectorOf(page)
      const isSigned = one.signatures.length > 0
      const given = isSigned
        ? {
            headers: Object.fromEntries(request.headers),
            body: Buffer.from(request.body ?? '').toString('base64'),
            secrets,
            ...(code.includes('now=None') && { now: sentAt / 1000 }),
          }
        : { query: Object.fromEntries(new URL(request.url).searchParams) }
      const entry = isSigned ? 'verify' : 'read'
      const [answer] = runSnippets('python', [{ name: one.name, code, entry, arguments: given }])
      expect(answer).toEqual({ ok: true, result: request.body === null ? 'claim-7' : JSON.parse(request.body) })
    })
  }
})

test('every language has its block', async () => {
  const page = await documentDialect(dialect('standard').dialect, { sample })
  for (const language of snippetLanguages) expect(blocks(page, language).length, language).toBe(1)
})

test('headings can be in the words of the vendor, at any level', async () => {
  const words = { request: 'Benachrichtigung', verifySignature: 'Signatur | prüfen' }
  const page = await documentDialect(dialect('scalefusion').dialect, { sample, words, level: 2, title: 'Anfragen' })
  const headings = page.split('\n').filter((line) => /^#+ [A-Z]/.test(line))
  expect(headings.slice(0, 5)).toEqual([
    '## Anfragen',
    '### Benachrichtigung',
    '### Secret',
    '### Signature',
    '### Signatur &#124; prüfen',
  ])
})

describe('texts of a dialect stay texts', () => {
  const hostile = 'a | b `c` ``d <script>alert(1)</script> [x](y) *z* \n# h &amp; \\| end'
  const one: Dialect = {
    ...moreDialects[0]!,
    title: hostile,
    params: { note: { required: true, description: hostile } },
    request: {
      ...moreDialects[0]!.request,
      headers: {
        ...moreDialects[0]!.request.headers,
        'x|`y`': '<b>|\\|`',
        'x-note': { $: 'param.note', prefix: '|`' },
      },
      query: { '<i>|\n`': { $: 'claim', prefix: '`|' } },
    },
    body: { kind: 'json', shape: { '`|<u>\n': 'x|`', id: { $: 'id' }, '...': { $: 'payload' } } },
    receive: {
      entity: hostile,
      aliases: { [hostile]: hostile },
      replies: { accepted: { status: 200, body: hostile } },
    },
  }

  test('no HTML but our own, and rows with as many cells as their head', async () => {
    const note = 'n|o\\|t`e'
    const page = await documentDialect(one, { sample: { ...sample, params: { note } } })
    const outside = page.replace(/^(`{3,})\w+\n[\s\S]*?^\1$/gm, '')
    expect(outside).not.toMatch(/<(?!\/?code>)/)
    const cells = (line: string): number => line.replace(/\\./g, '').split('|').length
    const tables = outside.match(/(?:^\|.*\n)+/gm) ?? []
    expect(tables.length).toBe(4)
    for (const rows of tables) expect(new Set(rows.trim().split('\n').map(cells)).size, rows).toBe(1)
    expect(outside.split('\n').filter((line) => line.startsWith('# ')).length).toBe(1)
    expect(
      await verify(vectorOf(page).request, {
        dialect: one,
        secrets: vectorOf(page).secrets,
        now: vectorOf(page).sentAt,
      }),
    ).toMatchObject({ ok: true })
  })
})

test('a sample that cannot be sent is refused with the reason', async () => {
  const clash = { type: 'a', payload: '{"event":1}' }
  await expect(documentDialect(dialect('signinapp').dialect, { sample: clash })).rejects.toMatchObject({
    code: 'payload_clash',
  })
  const options = { sample, secret: 'whsec_short' }
  await expect(documentDialect(dialect('standard').dialect, options)).rejects.toMatchObject({
    code: 'malformed_secret',
  })
})

test('indentJson keeps every token as it is', () => {
  expect(indentJson('{"a":1.0, "b":[ ],"c":{"d":[1,"x,{\\"}"]},"e":12345678901234567890}')).toBe(
    '{\n  "a": 1.0,\n  "b": [],\n  "c": {\n    "d": [\n      1,\n      "x,{\\"}"\n    ]\n  },\n  "e": 12345678901234567890\n}',
  )
})
