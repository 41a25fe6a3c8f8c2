/**
 * Our requests, verified by programs that are neither ours nor JavaScript, and theirs verified by us. The programs in
 * `foreign/` follow the vendors' own pages; the official npm packages stand for Standard Webhooks and Svix.
 */
import { spawnSync } from 'node:child_process'
import { dialect, dialects, sign, verify, type WireMessage, type WireRequest } from '@posthorn/wire'
import { Webhook as StandardWebhook } from 'standardwebhooks'
import { Webhook as SvixWebhook } from 'svix'
import { describe, expect, test } from 'vitest'
import { missing } from './installed.ts'

const languages = [
  { name: 'Python', command: ['python3', 'verify.py'] },
  { name: 'Ruby', command: ['ruby', 'verify.rb'] },
  { name: 'PHP', command: ['php', 'verify.php'] },
  { name: 'Java', command: ['java', 'Verify.java'] },
]
const folder = new URL('foreign/', import.meta.url)

const now = 1_764_000_000_000
const message: WireMessage = {
  id: 'msg_0K3OcC9O39pNCR5O',
  type: 'visitor.signin',
  payload: '{"name": "Zoë 😀", "n": 1.0, "text": "\\u00e9 \\"x\\" \\\\"}',
  occurredAt: now,
  acceptedAt: now,
  params: { accountId: '12', apiSpaceId: 'space' },
}
const signedDialects = dialects.filter(({ signatures }) => signatures.length > 0).map(({ name }) => name)

function secretOf(name: string): string {
  return name === 'standard' || name === 'svix' ? 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw' : 'Zoë’s shared secret'
}

interface Job {
  do: 'sign' | 'verify'
  dialect: string
  secret: string
  id: string
  time: number
  headers: Record<string, string>
  body: string
}

function job(name: string, request: Pick<WireRequest, 'headers' | 'body'>, what: Job['do'] = 'verify'): Job {
  const headers = what === 'sign' ? {} : Object.fromEntries(request.headers)
  const body = Buffer.from(request.body ?? []).toString('base64')
  return { do: what, dialect: name, secret: secretOf(name), id: message.id, time: now / 1000, headers, body }
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

/** The first character of the signature itself, behind `v1,` or `t=...,s1=`, becomes another. */
function changeSignature(header: string): string {
  const start = Math.max(header.lastIndexOf(',s1=') + 4, header.startsWith('v1,') ? 3 : 0)
  const from = header.includes(',') ? start : 0
  return header.slice(0, from) + (header[from] === '0' ? '1' : '0') + header.slice(from + 1)
}

/** Our requests, and copies with one byte of the body or one character of the signature changed. */
async function ours(): Promise<{ name: string; what: string; request: WireRequest; isRight: boolean }[]> {
  const made = []
  for (const name of signedDialects) {
    const request = await sign(message, {
      dialect: name,
      secret: secretOf(name),
      now,
      url: 'https://example.com/hooks',
    })
    const body = new Uint8Array(request.body!)
    body[body.length - 3]! ^= 1
    const header = dialect(name).dialect.signatures[0]!.header
    const headers = request.headers.map(([key, value]): [string, string] => [
      key,
      key === header ? changeSignature(value) : value,
    ])
    made.push({ name, what: 'as it was sent', request, isRight: true })
    made.push({ name, what: 'a flipped bit in the body', request: { ...request, body }, isRight: false })
    made.push({ name, what: 'another signature', request: { ...request, headers }, isRight: false })
  }
  return made
}

describe('programs in other languages', () => {
  for (const { name: language, command } of languages) {
    const reason = missing(command[0]!)
    if (reason !== null) {
      test.skip(`${language} (skipped: ${reason})`, () => {})
      continue
    }
    test(`${language} verifies what we sign, and refuses what was changed, as we do`, async () => {
      const requests = await ours()
      const answers = run(
        command,
        requests.map(({ name, request }) => job(name, request)),
      )
      expect(answers.length).toBe(signedDialects.length * 3)
      for (const [index, { name, what, request, isRight }] of requests.entries()) {
        expect(answers[index], `${language}, ${name}, ${what}`).toEqual({ ok: isRight })
        const result = await verify(request, { dialect: name, secret: secretOf(name), now })
        expect(result.ok, `ours, ${name}, ${what}`).toBe(isRight)
      }
    })
    test(`we verify what ${language} signs`, async () => {
      const bodies = signedDialects.map((name) => ({ name, body: dialect(name).body(message) }))
      const answers = run(
        command,
        bodies.map(({ name, body }) => job(name, { headers: [], body }, 'sign')),
      )
      for (const [index, { name, body }] of bodies.entries()) {
        const headers = answers[index]!.headers!
        const options = { dialect: name, secret: secretOf(name), now }
        expect(await verify({ headers, body }, options), `${language}, ${name}`).toMatchObject({
          ok: true,
          keyIndex: 0,
        })
        const longer = new Uint8Array([...body!, 0x20])
        expect((await verify({ headers, body: longer }, options)).ok, `${language}, ${name}, changed`).toBe(false)
      }
    })
  }
})

describe('the official npm packages', () => {
  const secret = secretOf('standard')
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
