/** The containers in which frameworks hand over headers, given to the generated code of each language. */
import { compile, dialect, snippet, type SnippetLanguage, type SnippetParameter } from '@posthorn/wire'
import { describe, expect, test } from 'vitest'
import { missing } from './installed.ts'
import { sampleMessage, sampleSecrets } from './sample.ts'
import { interpreters, runSnippets, type SnippetJob } from './snippets/run.ts'

/** A runner builds each of them from names and values; `twice` has every header twice. */
const containers: Readonly<Record<SnippetLanguage, readonly string[]>> = {
  ruby: ['plain', 'upper', 'symbols', 'rack', 'rails', 'rack-headers', 'webrick'],
  php: ['plain', 'upper', 'server', 'symfony', 'laravel', 'psr-7', 'wordpress', 'iterator'],
  python: [
    'plain',
    'upper',
    'wsgi',
    'django',
    'flask',
    'starlette',
    'aiohttp',
    'tornado',
    'http.server',
    'asgi',
    'aws',
  ],
  javascript: ['plain', 'upper', 'fetch', 'node', 'raw', 'pairs', 'map', 'http2', 'aws', 'null'],
  java: ['headers', 'lists'],
}

/** What each throws for a mistake of the receiver. A request that is refused throws another. */
const mistakes: Readonly<Record<SnippetLanguage, RegExp>> = {
  ruby: /^ArgumentError/,
  php: /^InvalidArgumentException/,
  python: /^RuntimeError/,
  javascript: /^RangeError/,
  java: /InvalidKeyException|IllegalArgumentException/,
}

const now = 1_764_000_000_000
const compiled = ['scalefusion', 'standard', 'signinapp', 'screenmeet', 'comapi'].map((name) =>
  compile(dialect(name).dialect),
)

interface Case {
  readonly what: string
  readonly job: SnippetJob
  readonly expected: 'accepted' | 'refused' | 'mistake'
}

function casesOf(language: SnippetLanguage): Case[] {
  return compiled.flatMap((one) => {
    const { name } = one.dialect
    const [secret = '', old = ''] = sampleSecrets(one)
    const message = sampleMessage(one, now, 'a')
    const request = one.encodeSync({ message, url: 'https://example.com/', secrets: [secret], sentAt: now, attempt: 1 })
    const { code, entry, parameters } = snippet(one.dialect, language)
    const made = (container: string, secrets: (string | null)[], changed = false): SnippetJob => {
      const values: Readonly<Record<string, SnippetJob['arguments'][SnippetParameter]>> = {
        headers: Object.fromEntries(request.headers),
        body: Buffer.concat([request.body ?? Buffer.of(), Buffer.from(changed ? ' ' : '')]).toString('base64'),
        secrets,
        now: now / 1000,
      }
      const given = Object.fromEntries(parameters.map((parameter) => [parameter, values[parameter]]))
      return { name, code, entry, container, arguments: given }
    }
    const of = (what: string, job: SnippetJob, expected: Case['expected']): Case => ({
      what: `${name}, ${what}`,
      job,
      expected,
    })
    const [plain = ''] = containers[language]
    return [
      ...containers[language].flatMap((container) => [
        of(container, made(container, [secret]), 'accepted'),
        of(`${container}, another body`, made(container, [secret], true), 'refused'),
        of(`${container}, another secret`, made(container, [old]), 'refused'),
      ]),
      of('every header twice', made('twice', [secret]), 'refused'),
      of('no secret', made(plain, []), 'mistake'),
      of('an empty secret', made(plain, ['']), 'mistake'),
      ...(language === 'java' ? [] : [of('a secret that is not set', made(plain, [null]), 'mistake')]),
    ]
  })
}

const languages = (Object.keys(containers) as SnippetLanguage[]).map((language) => {
  const reason = missing(interpreters[language].program)
  return { language, reason, title: reason === null ? language : `${language} (skipped: ${reason})` }
})

describe.each(languages)('$title', ({ language, reason }) => {
  test.skipIf(reason !== null)('takes the headers of its frameworks, and tells a mistake from a refusal', () => {
    const cases = casesOf(language)
    const answers = runSnippets(
      language,
      cases.map(({ job }) => job),
    )
    expect(answers).toHaveLength(cases.length)
    let ran = 0
    for (const [index, { what, expected }] of cases.entries()) {
      const answer = answers[index]!
      if (answer.missing !== undefined) continue
      ran++
      const told = `${what}: ${answer.error ?? 'accepted'}`
      expect(answer.ok, told).toBe(expected === 'accepted')
      if (expected === 'mistake') expect(answer.error, told).toMatch(mistakes[language])
      if (expected === 'refused') expect(answer.error, told).not.toMatch(mistakes[language])
    }
    expect(ran).toBeGreaterThan(5)
  })
})
