/**
 * Our requests, verified by programs that are neither ours nor JavaScript, and theirs verified by us. The programs in
 * `foreign/` are given the definition of the dialect and share no code with ours, so a new dialect needs no change there.
 * The official npm packages stand for Standard Webhooks and Svix. What the vendors' pages say is in the vectors.
 */
import { spawnSync } from 'node:child_process'
import {
  compile,
  dialects,
  publicKeyOf,
  sign,
  verify,
  type CompiledDialect,
  type Dialect,
  type SignatureFormat,
  type WireRequest,
} from '@posthorn/wire'
import { Webhook as StandardWebhook } from 'standardwebhooks'
import { Webhook as SvixWebhook } from 'svix'
import { describe, expect, test } from 'vitest'
import { missing } from './installed.ts'
import { moreDialects } from './more-dialects.ts'
import { sampleMessage, sampleSecrets } from './sample.ts'
import { snippetDialects } from './snippets/dialects.ts'

const languages = [
  { name: 'Python', command: ['python3', 'verify.py'] },
  { name: 'Ruby', command: ['ruby', 'verify.rb'] },
  { name: 'PHP', command: ['php', 'verify.php'] },
  { name: 'Java', command: ['java', 'Verify.java'] },
]
const folder = new URL('foreign/', import.meta.url)

const now = 1_764_000_000_000
const iso = new Date(now).toISOString()
/** The time of the attempt in every form. */
const times = { unix: String(now / 1000), unixMs: String(now), iso: iso.replace('.000Z', 'Z'), isoMs: iso }

/** A signed dialect, with a secret and a request that has everything but its signatures. */
interface Subject {
  compiled: CompiledDialect
  secret: string
  unsigned: WireRequest
  signed: WireRequest
}

function subjectOf(dialect: Dialect): Subject[] {
  const compiled = compile(dialect)
  const secret = sampleSecrets(compiled).at(-1)
  if (secret === undefined) return []
  const message = sampleMessage(compiled, now, 'space')
  const encode = (secrets: string[]): WireRequest =>
    compiled.encodeSync({ message, url: 'https://example.com/hooks?tenant=7', secrets, sentAt: now, attempt: 1 })
  return [{ compiled, secret, unsigned: encode([]), signed: encode([secret]) }]
}

const subjects = [...dialects, ...moreDialects, ...snippetDialects].flatMap(subjectOf)

interface Job {
  do: 'sign' | 'verify'
  dialect: Dialect
  /** As typed; to verify, the public key where there is one. */
  secret: string
  times: typeof times
  request: { method: string; url: string; headers: Record<string, string>; body: string }
}

function job(what: Job['do'], { compiled, secret }: Subject, { method, url, headers, body }: WireRequest): Job {
  return {
    do: what,
    dialect: compiled.dialect,
    secret: what === 'verify' ? (publicKeyOf(compiled, secret) ?? secret) : secret,
    times,
    request: { method, url, headers: Object.fromEntries(headers), body: Buffer.from(body ?? []).toString('base64') },
  }
}

function run(command: string[], jobs: Job[]): { ok?: boolean; headers?: Record<string, string> }[] {
  const [program = '', ...rest] = command
  const input = jobs.map((one) => JSON.stringify(one)).join('\n')
  const { stdout, stderr, status } = spawnSync(program, rest, { cwd: folder, input, encoding: 'utf8', timeout: 60_000 })
  if (status !== 0) throw new Error(`${command.join(' ')} ended with ${status}: ${stderr}`)
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { ok?: boolean; headers?: Record<string, string> })
}

/** The third character of the signature itself becomes another. */
function changeSignature(format: SignatureFormat, header: string): string {
  const start =
    'list' in format
      ? format.list.version.length + 1
      : 'bare' in format
        ? (format.bare.prefix ?? '').length
        : header.indexOf(`${format.pairs.signature}=`) + format.pairs.signature.length + 1
  const at = start + 2
  return header.slice(0, at) + (header[at] === '0' ? '1' : '0') + header.slice(at + 1)
}

/** Our requests, and copies in which one bit of the body or one character of a signature is another. */
function ours(): { subject: Subject; what: string; request: WireRequest; ok: boolean }[] {
  return subjects.flatMap((subject) => {
    const { signed, compiled } = subject
    const cases = [{ subject, what: 'as it was sent', request: signed, ok: true }]
    for (const { header, format, over } of compiled.dialect.signatures) {
      const headers = signed.headers.map(([name, value]): [string, string] => [
        name,
        name === header ? changeSignature(format, value) : value,
      ])
      cases.push({ subject, what: `another ${header}`, request: { ...signed, headers }, ok: false })
      if (signed.body === null || !over.some((part) => typeof part !== 'string' && part.$ === 'body')) continue
      const body = new Uint8Array(signed.body)
      body[body.length - 3]! ^= 1
      cases.push({ subject, what: 'a flipped bit in the body', request: { ...signed, body }, ok: false })
    }
    return cases
  })
}

describe('programs in other languages', () => {
  for (const { name: language, command } of languages) {
    const reason = missing(command[0]!) ?? (language === 'Python' ? missingPythonPackage() : null)
    if (reason !== null) {
      test.skip(`${language} (skipped: ${reason})`, () => {})
      continue
    }
    const cases = ours()
    // One start for all: Java takes two seconds to compile its program.
    const answers = once(() =>
      run(command, [
        ...cases.map(({ subject, request }) => job('verify', subject, request)),
        ...subjects.map((subject) => job('sign', subject, subject.unsigned)),
      ]),
    )
    test(`${language} verifies what we sign, and refuses what was changed, as we do`, async () => {
      expect(answers().length).toBe(cases.length + subjects.length)
      for (const [index, { subject, what, request, ok }] of cases.entries()) {
        const { compiled, secret } = subject
        expect(answers()[index], `${language}, ${compiled.dialect.name}, ${what}`).toEqual({ ok })
        const result = await verify(request, { dialect: compiled, secret, now })
        expect(result.ok, `ours, ${compiled.dialect.name}, ${what}`).toBe(ok)
      }
    })
    test(`we verify what ${language} signs`, async () => {
      for (const [index, { compiled, secret, unsigned, signed }] of subjects.entries()) {
        const made = Object.entries(answers()[cases.length + index]!.headers!)
        const request = { ...unsigned, headers: [...unsigned.headers, ...made] }
        const about = `${language}, ${compiled.dialect.name}`
        expect(await verify(request, { dialect: compiled, secret, now }), about).toMatchObject({
          ok: true,
          keyIndex: 0,
        })
        // An ECDSA signature is another each time.
        if (compiled.dialect.signatures.some(({ algorithm }) => algorithm === 'ecdsa-p256')) continue
        expect(Object.fromEntries(request.headers), about).toEqual(Object.fromEntries(signed.headers))
      }
    })
  }
})

function once<Result>(make: () => Result): () => Result {
  let result: { value: Result } | undefined
  return () => (result ??= { value: make() }).value
}

function missingPythonPackage(): string | null {
  if (process.env['POSTHORN_TEST_REQUIRE'] === 'all') return null
  const isThere = spawnSync('python3', ['-c', 'import cryptography']).status === 0
  return isThere ? null : 'the package cryptography, for asymmetric keys, is not installed'
}

describe('the official npm packages', () => {
  const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'
  const message = sampleMessage(compile(dialects.find(({ name }) => name === 'standard')!), now, 'space')
  const packages = [
    { name: 'standardwebhooks', dialect: 'standard', prefix: 'webhook', webhook: new StandardWebhook(secret) },
    { name: 'svix', dialect: 'svix', prefix: 'svix', webhook: new SvixWebhook(secret) },
  ]
  for (const { name, dialect: ours, prefix, webhook } of packages) {
    test(`${name} verifies what we sign, and refuses a changed body`, async () => {
      const request = await sign(message, { dialect: ours, secret, url: 'https://example.com/hooks' })
      const text = Buffer.from(request.body!).toString('utf8')
      expect(() => webhook.verify(text, Object.fromEntries(request.headers))).not.toThrow()
      expect(() => webhook.verify(text.replace('Zoë', 'Zoe'), Object.fromEntries(request.headers))).toThrow()
    })
    test(`we verify what ${name} signs, and refuse a changed body`, async () => {
      const time = new Date(now)
      const headers = {
        [`${prefix}-id`]: message.id,
        [`${prefix}-timestamp`]: String(now / 1000),
        [`${prefix}-signature`]: webhook.sign(message.id, time, message.payload),
      }
      const options = { dialect: ours, secret, now }
      expect(await verify({ headers, body: message.payload }, options)).toMatchObject({
        ok: true,
        messages: [{ id: message.id }],
      })
      expect((await verify({ headers, body: message.payload.replace('Zoë', 'Zoe') }, options)).ok).toBe(false)
    })
  }
})
