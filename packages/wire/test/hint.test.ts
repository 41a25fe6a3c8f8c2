/** The mistakes that receivers make, each made once: the hint names it. */
import { createHmac } from 'node:crypto'
import { dialect, verify, type RequestLike, type VerifyOptions } from '@posthorn/wire'
import { describe, expect, test } from 'vitest'

const now = 1_614_265_330_000
const whsec = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'

async function hintOf(request: RequestLike, options: VerifyOptions): Promise<string> {
  const result = await verify(request, { now, ...options })
  return result.ok ? 'ok' : result.hint
}

function hmac(key: string | Buffer, text: string, encoding: 'hex' | 'base64' = 'hex'): string {
  return createHmac('sha256', key).update(text).digest(encoding)
}

/** What a Scalefusion receiver is given: a signature made over one body, and another body. */
function scalefusion(signed: string, given: string, key: string | Buffer = 'MySharedSecret'): Promise<string> {
  const request = { headers: { 'x-sf-signature': hmac(key, signed) }, body: given }
  return hintOf(request, { dialect: 'scalefusion', secret: 'MySharedSecret' })
}

describe('the body was changed on its way', () => {
  const value = { data: { name: 'Zoë', list: [1, 2], url: 'https://x.example/a' } }
  const compactText = JSON.stringify(value)
  const forms: Record<string, string> = {
    'JSON.stringify': compactText,
    'JSON.stringify with two spaces': JSON.stringify(value, null, 2),
    'Python’s json.dumps, without escapes': '{"data": {"name": "Zoë", "list": [1, 2], "url": "https://x.example/a"}}',
    'Python’s json.dumps': '{"data": {"name": "Zo\\u00eb", "list": [1, 2], "url": "https://x.example/a"}}',
    'PHP’s json_encode': '{"data":{"name":"Zo\\u00eb","list":[1,2],"url":"https:\\/\\/x.example\\/a"}}',
  }
  for (const [name, original] of Object.entries(forms)) {
    const given = original === compactText ? JSON.stringify(value, null, 2) : compactText
    test(`the sender printed with ${name}`, async () =>
      expect(await scalefusion(original, given)).toContain('parsed and printed again'))
  }
  test('a line break was lost or added', async () => {
    expect(await scalefusion(`${compactText}\n`, compactText)).toContain('line break')
    expect(await scalefusion(compactText, `${compactText}\n`)).toContain('White space was added')
  })
  test('the body came as an object', async () => {
    const hint = await hintOf({ headers: {}, body: value as never }, { dialect: 'scalefusion', secret: 'abc' })
    expect(hint).toContain('raw bytes')
  })
  test('a body that is nested too deeply to be printed costs nothing', async () => {
    expect(await scalefusion('x', '['.repeat(10_000))).toContain('between sender and receiver')
  })
})

describe('the signature is spelled in another way', () => {
  const body = '{"data":1}'
  const sent = (header: string) =>
    hintOf({ headers: { 'x-sf-signature': header }, body }, { dialect: 'scalefusion', secret: 'abc' })
  test('upper-case hex', async () => expect(await sent(hmac('abc', body).toUpperCase())).toContain('upper-case hex'))
  test('base64 for hex', async () =>
    expect(await sent(hmac('abc', body, 'base64'))).toContain('base64 where hex is expected'))
  test('neither', async () => expect(await sent('hello')).toContain('not lower-case hex at all'))
  const listed = (value: string) => {
    const headers = { 'webhook-id': 'msg_1', 'webhook-timestamp': '1614265330', 'webhook-signature': value }
    return hintOf({ headers, body }, { dialect: 'standard', secret: whsec })
  }
  const key = Buffer.from(whsec.slice(6), 'base64')
  test('hex for base64', async () =>
    expect(await listed(`v1,${hmac(key, `msg_1.1614265330.${body}`)}`)).toContain('hex where base64 is expected'))
  test('no padding', async () => {
    expect(await listed(`v1,${hmac(key, `msg_1.1614265330.${body}`, 'base64').replace('=', '')}`)).toContain(
      'without its padding',
    )
  })
  test('another version only', async () => expect(await listed('v2,abc')).toContain('no signature of the version v1'))
  test('the body alone was signed', async () =>
    expect(await listed(`v1,${hmac(key, body, 'base64')}`)).toContain('signed only the body'))
})

describe('the secret', () => {
  const body = '{"data":1}'
  const standard = (key: string | Buffer, secret = whsec) => {
    const signature = `v1,${hmac(key, `msg_1.1614265330.${body}`, 'base64')}`
    const headers = { 'webhook-id': 'msg_1', 'webhook-timestamp': '1614265330', 'webhook-signature': signature }
    return hintOf({ headers, body }, { dialect: 'standard', secret })
  }
  const plain = (key: string | Buffer, secret: string) =>
    hintOf({ headers: { 'x-sf-signature': hmac(key, body) }, body }, { dialect: 'scalefusion', secret })

  test('used as text by the sender', async () => {
    expect(await standard(whsec)).toContain('uses the secret as text')
    expect(await standard(whsec.slice(6))).toContain('without whsec_')
  })
  test('decoded by the sender', async () => {
    expect(await plain(Buffer.from('c2VjcmV0', 'base64'), 'c2VjcmV0')).toContain('from base64')
    expect(await plain(Buffer.from('c0ffee', 'hex'), 'c0ffee')).toContain('from hex')
    expect(await plain(Buffer.from(whsec.slice(6), 'base64'), whsec)).toContain('from base64')
  })
  test('without the prefix that the sender keeps', async () =>
    expect(await plain('whsec_abc', 'abc')).toContain('begins with whsec_'))
  test('between quotes', async () => expect(await plain('abc', '"abc"')).toContain('quotes'))
  test('with a line break at the sender', async () => expect(await plain('abc\n', 'abc')).toContain('line break'))
  test('with white space here', async () => expect(await standard(whsec, ` ${whsec}`)).toContain('white space'))
  test('empty at the sender', async () => expect(await plain('', 'abc')).toContain('empty key'))
  test('that is something else', async () => {
    expect(await plain('other', 'sk_live_abc123')).toContain('API key')
    expect(await plain('other', 'ep_0K3OcC9O39pNCR5O')).toContain('an id, not a secret')
    expect(await standard('other', 'eyJhbGciOiJIUzI1NiJ9.e30.x')).toContain('API key')
  })
  test('that belongs to another endpoint, as far as one can see', async () => {
    expect(await plain('other', 'abc')).toContain('Is this the secret of this endpoint')
  })
  test('is looked at no further when hints are turned off', async () => {
    const request = { headers: { 'x-sf-signature': hmac('', body) }, body }
    expect(await hintOf(request, { dialect: 'scalefusion', secret: 'abc', hints: false })).toBe('')
  })
})

describe('the clock', () => {
  const at = async (offset: number, text = String(now / 1000)) => {
    const signature = hmac('abc', `${text}.{"event":"x"}`)
    const headers = { 'x-signinapp-webhook-signature': `t=${text},s1=${signature}` }
    return verify(
      { headers, body: '{"event":"x"}' },
      { dialect: 'signinapp', secret: 'abc', toleranceSeconds: 300, now: now + offset * 1000 },
    )
  }
  test('says by how many seconds it is off', async () => {
    expect(await at(412)).toMatchObject({ code: 'timestamp_too_old', hint: expect.stringContaining('412 s ahead') })
    expect(await at(-412)).toMatchObject({ code: 'timestamp_in_future', hint: expect.stringContaining('412 s behind') })
  })
  test('says when milliseconds stand where seconds belong', async () => {
    const headers = { 'webhook-id': 'a', 'webhook-timestamp': String(now), 'webhook-signature': 'v1,x' }
    const result = await verify({ headers, body: '{}' }, { dialect: 'standard', secret: whsec })
    expect(result).toMatchObject({ code: 'malformed_header', message: expect.stringContaining('milliseconds') })
  })
})

test('a secret is never repeated in a message or hint', async () => {
  const secret = 'canary-7f3a91'
  const answers: string[] = []
  for (const headers of [{}, { 'x-sf-signature': 'x' }, { 'x-sf-signature': hmac('y', '{}') }]) {
    answers.push(JSON.stringify(await verify({ headers, body: '{}' }, { dialect: 'scalefusion', secret })))
  }
  for (const bad of [`${secret} `, `whsec_${secret}`, `"${secret}"`]) {
    const error = dialect('standard').checkSecret(bad)
    answers.push(`${error?.message} ${error?.hint}`)
  }
  expect(answers.join('\n')).not.toContain(secret)
})
