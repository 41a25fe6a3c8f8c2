/** What attackers and broken proxies send. The letters are those of the attack list (G1 to G9, P1, P3). */
import { createHmac } from 'node:crypto'
import {
  compile,
  dialect,
  sign,
  verify,
  verifySync,
  type RequestLike,
  type VerifyOptions,
  type WireMessage,
} from '@posthorn/wire'
import { describe, expect, test } from 'vitest'
import { cpuMs } from './cpu-ms.ts'
import { vectorFiles } from './vectors.ts'

const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'
const now = 1_614_265_330_000
const id = 'msg_p5jXN8AQM9LWM0D4loKWxJek'
const body = '{"test": 2432232314}'
const key = Buffer.from(secret.slice(6), 'base64')

function standardRequest(
  changes: Record<string, string | string[] | undefined> = {},
  bytes: RequestLike['body'] = body,
): RequestLike {
  const signature = `v1,${hmac64(key, `${id}.1614265330.${body}`)}`
  return {
    headers: { 'webhook-id': id, 'webhook-timestamp': '1614265330', 'webhook-signature': signature, ...changes },
    body: bytes,
  }
}

function hmac64(withKey: string | Buffer, text: string): string {
  return createHmac('sha256', withKey).update(text).digest('base64')
}

/** The code of the refusal, or `ok`. Both forms of verify have to agree. */
async function code(request: RequestLike, options: Partial<VerifyOptions> = {}): Promise<string> {
  const all = { dialect: 'standard', secret, now, ...options }
  const result = await verify(request, all)
  expect(verifySync(request, all)).toEqual(result)
  if (!result.ok) {
    expect(result.status).toBeGreaterThanOrEqual(400)
    expect(result.message).not.toBe('')
  }
  return result.ok ? 'ok' : result.code
}

test('the example of the specification verifies, with what it says', async () => {
  expect(await verify(standardRequest(), { dialect: 'standard', secret, now })).toEqual({
    ok: true,
    messages: [
      { id, sentAt: now, payload: { test: 2432232314 }, payloadText: body, body: { test: 2432232314 }, params: {} },
    ],
    keyIndex: 0,
    timestamp: now,
  })
})

test('half of a surrogate pair in a text is what its bytes say, in the payload as in the signature', async () => {
  const text = '{"a":"\ud83d"}'
  const sent = new TextEncoder().encode(text)
  const signature = `v1,${createHmac('sha256', key).update(`${id}.1614265330.`).update(sent).digest('base64')}`
  for (const given of [text, sent]) {
    const result = await verify(standardRequest({ 'webhook-signature': signature }, given), {
      dialect: 'standard',
      secret,
      now,
    })
    expect(result).toMatchObject({ ok: true, messages: [{ payloadText: '{"a":"\ufffd"}' }] })
  }
})

describe('G1: an empty secret is never a key', () => {
  const bad = [
    '',
    ' ',
    '\t\n',
    'whsec_',
    'whsec_!!!',
    '!!!',
    'whsec_ MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
    ` ${secret}`,
    `${secret}\n`,
  ]
  const short = Array.from({ length: 24 }, (_, bytes) => `whsec_${Buffer.alloc(bytes, 7).toString('base64')}`)

  for (const one of [...bad, ...short]) {
    test(`G1: ${JSON.stringify(one)} is refused when it is set and when it signs`, async () => {
      expect(dialect('standard').checkSecret(one)?.code).toMatch(/^(empty|malformed)_secret$/)
      expect(dialect('standard').checkSecret(one)?.hint).not.toBe('')
      await expect(sign(message, { dialect: 'standard', secret: one, url: 'https://example.com' })).rejects.toThrow()
    })
  }

  test.each([...bad, short[0]!])('G1: %j is refused when it verifies', async (one) => {
    expect(await code(standardRequest(), { secret: one })).toMatch(/^(empty|malformed)_secret$/)
  })

  test.each([
    ['fewer bytes than a new secret has', Buffer.from('a short key'), 'base64'],
    ['one byte', Buffer.from('k'), 'base64'],
    ['base64 without padding', Buffer.from('twenty-five bytes of a key'), 'unpadded'],
    ['base64 in the URL alphabet', Buffer.from([...Array.from({ length: 24 }, () => 0xfb), 0xff]), 'base64url'],
  ] as const)('a secret with %s, as other libraries take it, verifies', async (_, bytes, form) => {
    const text = form === 'unpadded' ? bytes.toString('base64').replace(/=+$/, '') : bytes.toString(form)
    const signature = createHmac('sha256', bytes).update(`${id}.1614265330.${body}`).digest('base64')
    for (const given of [text, `whsec_${text}`])
      expect(await code(standardRequest({ 'webhook-signature': `v1,${signature}` }), { secret: given })).toBe('ok')
  })

  test('G1: nothing but white space is called empty, and a hint says where to look', () => {
    for (const name of ['standard', 'scalefusion']) {
      for (const one of ['', ' ', '\t\n'])
        expect(dialect(name).checkSecret(one)).toMatchObject({ code: 'empty_secret' })
    }
  })

  test('G1: a missing secret is refused', async () => {
    const request = standardRequest()
    for (const options of [{}, { secret: undefined }, { secrets: [] }, { secret: null }]) {
      const result = await verify(request, { dialect: 'standard', now, ...(options as object) })
      expect(result).toMatchObject({ ok: false, code: 'empty_secret', status: 500 })
    }
    await expect(sign(message, { dialect: 'standard', url: 'https://example.com' })).rejects.toMatchObject({
      code: 'empty_secret',
    })
  })

  test('G1: a request that is signed with an empty key is refused', async () => {
    const signature = `v1,${hmac64('', `${id}.1614265330.${body}`)}`
    const result = await verify(standardRequest({ 'webhook-signature': signature }), {
      dialect: 'standard',
      secret,
      now,
    })
    expect(result).toMatchObject({ ok: false, code: 'signature_mismatch', status: 401 })
    expect(!result.ok && result.hint).toContain('empty key')
  })

  test('G1: where signing is optional, unsigned has to be asked for', async () => {
    const request = { headers: {}, body: '{"event":"visitor.signin"}' }
    expect(await code(request, { dialect: 'signinapp', secret: null })).toBe('ok')
    expect(await code(request, { dialect: 'signinapp', secret: '' })).toBe('empty_secret')
    expect(await code(request, { dialect: 'signinapp', secret: 'abc' })).toBe('missing_header')
    expect(await code(request, { dialect: 'scalefusion', secret: null })).toBe('empty_secret')
  })
})

describe('G2: signatures of a wrong length or form', () => {
  for (const bytes of [0, 1, 31, 33, 64]) {
    test(`G2: ${bytes} bytes are a mismatch, not an exception`, async () => {
      expect(await code(standardRequest({ 'webhook-signature': `v1,${Buffer.alloc(bytes).toString('base64')}` }))).toBe(
        'signature_mismatch',
      )
    })
  }
  for (const text of ['zz', 'abc', '', 'é', '\u0000', '0'.repeat(64)]) {
    test(`G2: ${JSON.stringify(text)} where hex is expected is refused`, async () => {
      const request = { headers: { 'x-sf-signature': text }, body: '{"data":1}' }
      expect(await code(request, { dialect: 'scalefusion', secret: 'abc' })).toMatch(
        /^(signature_mismatch|missing_header)$/,
      )
    })
  }
})

describe('G3: one signature has one spelling', () => {
  const right = hmac64(key, `${id}.1614265330.${body}`)
  const spellings = {
    'a line break at the end': `${right}\n`,
    'no padding': right.replace('=', ''),
    'more padding': `${right}=`,
    'the URL alphabet': right.replaceAll('+', '-').replaceAll('/', '_'),
    'other bits behind the last byte': right.replace(/.=$/, (end) => `${String.fromCharCode(end.charCodeAt(0) + 1)}=`),
    'a space inside': `${right.slice(0, 4)} ${right.slice(4)}`,
    hex: Buffer.from(right, 'base64').toString('hex'),
  }
  for (const [name, text] of Object.entries(spellings)) {
    test(`G3: ${name} is refused`, async () => {
      expect(text).not.toBe(right)
      expect(await code(standardRequest({ 'webhook-signature': `v1,${text}` }))).toBe('signature_mismatch')
    })
  }
  test('G3: upper-case hex is refused', async () => {
    const body = '{"id":"4f9c","event":"device.locked","data":1}'
    const hex = createHmac('sha256', 'abc').update(body).digest('hex')
    const request = (text: string): RequestLike => ({ headers: { 'x-sf-signature': text }, body })
    expect(await code(request(hex), { dialect: 'scalefusion', secret: 'abc' })).toBe('ok')
    expect(await code(request(hex.toUpperCase()), { dialect: 'scalefusion', secret: 'abc' })).toBe('signature_mismatch')
  })
})

describe('G4: the algorithm is ours to choose', () => {
  const events = '[{"type":"room-entered"}]'
  const options = { dialect: 'screenmeet', secret: 'MySharedSecret' }
  const signed = (algorithm: string, header: string | undefined): RequestLike => ({
    headers: {
      'x-signature': createHmac(algorithm, 'MySharedSecret').update(events).digest('hex'),
      'x-signature-algo': header,
    },
    body: events,
  })
  test('G4: the allowed algorithm verifies, in hex and in base64', async () => {
    expect(await code(signed('sha256', 'sha256'), options)).toBe('ok')
    const base64 = createHmac('sha256', 'MySharedSecret').update(events).digest('base64')
    expect(
      await code({ headers: { 'x-signature': base64, 'x-signature-algo': 'sha256' }, body: events }, options),
    ).toBe('ok')
  })
  for (const header of ['none', 'sha1', 'md5', 'SHA256', 'sha512', '']) {
    test(`G4: x-signature-algo ${JSON.stringify(header)} is refused, however it was signed`, async () => {
      expect(await code(signed('sha256', header), options)).toBe('unsupported_algorithm')
      expect(await code(signed('sha1', header), options)).toBe('unsupported_algorithm')
    })
  }
  test('G4: without the header nothing weaker is tried', async () => {
    expect(await code(signed('sha256', undefined), options)).toBe('ok')
    expect(await code(signed('sha1', undefined), options)).toBe('signature_mismatch')
  })
  test('G4: another version with the value of an HMAC is not looked at', async () => {
    const value = hmac64(key, `${id}.1614265330.${body}`)
    for (const version of ['v0', 'v2', 'v1a', 'V1', '']) {
      expect(await code(standardRequest({ 'webhook-signature': `${version},${value}` }))).toBe('signature_mismatch')
    }
  })
  test('G4: a weaker signature beside a bad stronger one is no way in', async () => {
    const bare = (prefix: string) => ({ bare: { prefix } })
    const hub = compile({
      ...dialect('standard').dialect,
      name: 'hub',
      absent: ['id', 'type'],
      request: { method: 'POST' },
      signatures: [
        {
          algorithm: 'hmac-sha256',
          key: { encoding: 'utf8', scope: 'endpoint' },
          over: [{ $: 'body' }],
          encoding: 'hex',
          header: 'x-hub-signature-256',
          format: bare('sha256='),
        },
        {
          algorithm: 'hmac-sha1',
          key: { encoding: 'utf8', scope: 'endpoint' },
          over: [{ $: 'body' }],
          encoding: 'hex',
          header: 'x-hub-signature',
          format: bare('sha1='),
        },
      ],
    })
    const sha1 = `sha1=${createHmac('sha1', 'abc').update(body).digest('hex')}`
    const sha256 = `sha256=${createHmac('sha256', 'abc').update(body).digest('hex')}`
    const options = { dialect: hub, secret: 'abc' }
    expect(await code({ headers: { 'x-hub-signature': sha1, 'x-hub-signature-256': sha256 }, body }, options)).toBe(
      'ok',
    )
    expect(
      await code(
        { headers: { 'x-hub-signature': sha1, 'x-hub-signature-256': sha256.replace(/.$/, 'x') }, body },
        options,
      ),
    ).toBe('signature_mismatch')
    expect(await code({ headers: { 'x-hub-signature': sha1 }, body }, options)).toBe('missing_header')
  })
  test('G4: a public key is not taken as an HMAC secret, nor to sign with', async () => {
    const publicKey = `whpk_${Buffer.alloc(32, 1).toString('base64')}`
    expect(await code(standardRequest(), { secret: publicKey })).toBe('signature_mismatch')
    // Not even where the sender made an HMAC with the public key, which everybody may know.
    const forged = `v1,${hmac64(Buffer.alloc(32, 1), `${id}.1614265330.${body}`)}`
    for (const list of [forged, forged.replace('v1,', 'v1a,'), `${forged} ${forged.replace('v1,', 'v1a,')}`])
      expect(await code(standardRequest({ 'webhook-signature': list }), { secret: publicKey })).toBe(
        'signature_mismatch',
      )
    expect(await code(standardRequest(), { dialect: 'scalefusion', secret: publicKey })).not.toBe('ok')
    const asymmetric = compile(vectorFiles.find(({ file }) => file === 'standard-ed25519.json')!.data)
    expect(() => asymmetric.encodeSync({ message, url: '', secrets: [publicKey], sentAt: now, attempt: 1 })).toThrow(
      'public',
    )
  })
  test('ed25519: the public key is all that a receiver needs', async () => {
    const { data, vectors } = vectorFiles.find(({ file }) => file === 'standard-ed25519.json')!
    const [vector] = vectors
    const secretKey = Buffer.from(vector!.secrets[0]!.slice('whsk_'.length), 'base64')
    const publicKey = `whpk_${secretKey.subarray(32).toString('base64')}`
    expect(await code(vector!.request, { dialect: data, secret: publicKey })).toBe('ok')
  })
})

describe('G5: lists of signatures', () => {
  const right = `v1,${hmac64(key, `${id}.1614265330.${body}`)}`
  const withList = (list: string): RequestLike => standardRequest({ 'webhook-signature': list })
  test('G5: any valid one passes, unknown versions are passed over', async () => {
    const bad = `v1,${hmac64('bad', 'bad')}`
    for (const list of [
      `${bad} ${right}`,
      `v1a,xyz v2,x ${right}`,
      `${right} ${bad}`,
      ` ${right}`,
      `${Array(15).fill(bad).join(' ')} ${right}`,
    ]) {
      expect(await code(withList(list))).toBe('ok')
    }
  })
  for (const list of [
    'v1,a,b',
    'v1',
    ',',
    `${right},`,
    right.replace(',', '\t'),
    `v1\t${right}`,
    right.replace('v1,', 'v1,,'),
  ]) {
    test(`G5: ${JSON.stringify(list.slice(0, 20))} is refused`, async () => {
      expect(await code(withList(list))).toMatch(/^(signature_mismatch|malformed_header)$/)
    })
  }
  test('G5: more than 16 entries are refused, 10 000 of them in a few milliseconds', async () => {
    expect(await code(withList(`${right} `.repeat(17).trim()))).toBe('malformed_header')
    const flood = withList(`${right} `.repeat(10_000).trim())
    const check = () => verifySync(flood, { dialect: 'standard', secret, now })
    expect(check()).toMatchObject({ ok: false, code: 'malformed_header', status: 400 })
    expect(Math.min(...(await Promise.all([1, 2, 3].map(() => cpuMs(check)))))).toBeLessThan(5)
  })
})

describe('G6: what decides about trust comes once', () => {
  const pairs = (request: RequestLike): [string, string][] => Object.entries(request.headers as Record<string, string>)
  for (const name of ['webhook-id', 'webhook-timestamp', 'webhook-signature']) {
    test(`G6: two ${name} are refused, in every form that frameworks have`, async () => {
      const request = standardRequest()
      const value = (request.headers as Record<string, string>)[name]!
      const twice: [string, string][] = [...pairs(request), [name.toUpperCase(), value]]
      expect(await code({ headers: twice, body })).toBe('duplicate_header')
      expect(await code({ headers: twice.flat(), body })).toBe('duplicate_header')
      expect(await code(standardRequest({ [name]: [value, value] }))).toBe('duplicate_header')
      expect(await code(standardRequest({ [name.toUpperCase()]: value }))).toBe('duplicate_header')
      // Node and Headers join them with a comma.
      expect(await code({ headers: new Headers(twice), body })).toMatch(/^(duplicate|malformed)_header$/)
      expect(await code(standardRequest({ [name]: `${value}, ${value}` }))).toMatch(
        /^(duplicate|malformed)_header$|^signature_mismatch$/,
      )
    })
  }
  test('G6: once, in any of those forms, is fine', async () => {
    const once = pairs(standardRequest())
    for (const headers of [once, once.flat(), new Headers(once), new Map(once), Object.fromEntries(once)]) {
      expect(await code({ headers: headers as never, body })).toBe('ok')
    }
  })
  test('G6: in pairs, the time and the signature come once', async () => {
    const signature = createHmac('sha256', 'abc').update(`1614265330.{"event":"x"}`).digest('hex')
    const request = (header: string): RequestLike => ({
      headers: { 'x-signinapp-webhook-signature': header },
      body: '{"event":"x"}',
    })
    const options = { dialect: 'signinapp', secret: 'abc' }
    expect(await code(request(`t=1614265330,s1=${signature}`), options)).toBe('ok')
    for (const header of [
      `t=1614265330,t=1614265330,s1=${signature}`,
      `t=1614265330,s1=${signature},s1=${signature}`,
      `t=1614265330,s1=${signature}, t=1,s1=00`,
    ]) {
      expect(await code(request(header), options)).toBe('duplicate_header')
    }
  })
  test('G6: headers of another dialect that disagree are not looked at', async () => {
    const request = standardRequest({ 'svix-id': 'msg_other', 'svix-timestamp': '1' })
    const result = await verify(request, { dialect: 'standard', secret, now })
    expect(result).toMatchObject({ ok: true, messages: [{ id }] })
    expect(await code(request, { dialect: 'svix' })).toBe('missing_header')
  })
})

describe('G7: times', () => {
  const at = (timestamp: string): RequestLike =>
    standardRequest({
      'webhook-timestamp': timestamp,
      'webhook-signature': `v1,${hmac64(key, `${id}.${timestamp}.${body}`)}`,
    })
  const seconds = now / 1000
  test('G7: 300 s are allowed to both sides, 301 are not', async () => {
    expect(await code(at(String(seconds - 300)))).toBe('ok')
    expect(await code(at(String(seconds + 300)))).toBe('ok')
    expect(await code(at(String(seconds - 301)))).toBe('timestamp_too_old')
    expect(await code(at(String(seconds + 301)))).toBe('timestamp_in_future')
  })
  test('G7: the receiver may allow more, less, or any age', async () => {
    expect(await code(at(String(seconds - 600)), { toleranceSeconds: 600 })).toBe('ok')
    expect(await code(at(String(seconds - 20)), { toleranceSeconds: 10 })).toBe('timestamp_too_old')
    expect(await code(at('1')), 'the default').toBe('timestamp_too_old')
    expect(await code(at('1'), { toleranceSeconds: null })).toBe('ok')
  })
  for (const text of [
    '1e9',
    '0x5',
    ' 1',
    '1 ',
    '+1',
    '-1',
    '1.5',
    'NaN',
    '',
    String(now),
    '9007199254740993',
    '１６１４',
    '1_000',
  ]) {
    test(`G7: the time ${JSON.stringify(text)} is refused, although it is signed`, async () => {
      expect(await code(at(text), { toleranceSeconds: null })).toMatch(/^(malformed|missing)_header$/)
    })
  }
  test('G7: Sign In App checks no age unless it is asked to', async () => {
    const signature = createHmac('sha256', 'abc').update('1614265330.{"event":"x"}').digest('hex')
    const request = {
      headers: { 'x-signinapp-webhook-signature': `t=1614265330,s1=${signature}` },
      body: '{"event":"x"}',
    }
    const later = { dialect: 'signinapp', secret: 'abc', now: now + 86_400_000 }
    expect(await code(request, later)).toBe('ok')
    expect(await code(request, { ...later, toleranceSeconds: 300 })).toBe('timestamp_too_old')
  })
  test('G7: an age cannot be asked of a dialect that signs no time', async () => {
    const signature = createHmac('sha256', 'abc').update('{"data":1}').digest('hex')
    const request = { headers: { 'x-sf-signature': signature }, body: '{"data":1}' }
    expect(await code(request, { dialect: 'scalefusion', secret: 'abc', toleranceSeconds: 300 })).toBe('missing_header')
  })
})

describe('G8: the bytes that came are what was signed', () => {
  const changed: Record<string, RequestLike['body']> = {
    'a space more': '{ "test": 2432232314}',
    'a space less': '{"test":2432232314}',
    'a byte order mark': `\ufeff${body}`,
    'another escape of the same text': '{"\\u0074est": 2432232314}',
    'a line break at the end': `${body}\n`,
    nothing: null,
    'not UTF-8': Uint8Array.of(0xff, 0xfe, 0x7b),
  }
  for (const [name, bytes] of Object.entries(changed)) {
    test(`G8: ${name} is refused`, async () =>
      expect(await code(standardRequest({}, bytes))).toBe('signature_mismatch'))
  }
  test('G8: bytes, buffers and text are the same body', async () => {
    const bytes = new TextEncoder().encode(body)
    for (const one of [body, bytes, bytes.buffer, Buffer.from(body)])
      expect(await code(standardRequest({}, one))).toBe('ok')
  })
  test('G8: é in two forms are two bodies', async () => {
    const composed = '{"a":"\u00e9"}'
    const request = await sign(
      { ...message, payload: composed },
      { dialect: 'standard', secret, now, url: 'https://example.com' },
    )
    expect(await code({ ...request, body: composed })).toBe('ok')
    expect(await code({ ...request, body: composed.normalize('NFD') })).toBe('signature_mismatch')
  })
  const authentic = (bytes: Uint8Array | string): RequestLike => {
    const signature = createHmac('sha256', key).update(`${id}.1614265330.`).update(bytes).digest('base64')
    return standardRequest({ 'webhook-signature': `v1,${signature}` }, bytes)
  }
  const unreadable: Record<string, Uint8Array | string> = {
    'a byte order mark': `\ufeff${body}`,
    'duplicate members': '{"a":1,"\\u0061":2}',
    'invalid UTF-8': Uint8Array.of(0x22, 0xff, 0x22),
    'a bare control character': '"\u0000"',
    'no JSON': 'hello',
    nothing: '',
    'a compressed body': Uint8Array.of(0x1f, 0x8b, 8, 0),
  }
  for (const [name, bytes] of Object.entries(unreadable)) {
    test(`G8: ${name}, rightly signed, is a malformed body`, async () =>
      expect(await code(authentic(bytes))).toBe('malformed_body'))
  }
  test('G8: an escaped NUL and half a surrogate pair are JSON, and arrive', async () => {
    const result = await verify(authentic('"\\u0000\\ud83d"'), { dialect: 'standard', secret, now })
    expect(result).toMatchObject({ ok: true, messages: [{ payload: '\u0000\ud83d', payloadText: '"\\u0000\\ud83d"' }] })
  })
  test('a body that was parsed already is named as what it is', async () => {
    for (const parsed of [{ test: 1 }, [], 5, true])
      expect(await code(standardRequest({}, parsed as never))).toBe('body_not_bytes')
  })
})

describe('G9: what is signed can be cut in one way only', () => {
  test('G9: an id that reaches into the next part is refused', async () => {
    // The same bytes: "msg_1.1674000000.5" as id, time and body, and with the border moved.
    const bytes = 'msg_1.1674.1614265330.5'
    const signature = `v1,${hmac64(key, bytes)}`
    const moved = standardRequest({ 'webhook-id': 'msg_1.1674', 'webhook-signature': signature }, '5')
    expect(await code(moved)).toBe('malformed_header')
    const meant = { 'webhook-id': 'msg_1', 'webhook-timestamp': '1674', 'webhook-signature': signature }
    expect(await code(standardRequest(meant, '1614265330.5'), { toleranceSeconds: null })).toBe('ok')
  })
  test('G9: a message with such an id cannot be sent', () => {
    for (const bad of ['msg_1.2', 'a b', '', 'é', 'x'.repeat(65), 'a\r\nb']) {
      expect(dialect('standard').check({ ...message, id: bad })?.code).toBe('invalid_id')
    }
  })
})

describe('P1 and P3: JSON that is made to hurt', () => {
  test('P1: members called __proto__ stay members', async () => {
    const payload = '{"__proto__":{"isAdmin":1},"constructor":{"prototype":{"x":1}}}'
    for (const name of ['standard', 'scalefusion', 'signinapp', 'screenmeet']) {
      const compiled = dialect(name)
      const own = compiled.newSecret((bytes) => new Uint8Array(bytes).fill(3))!
      const request = await sign(
        { ...message, payload },
        { dialect: name, secret: own, now, url: 'https://example.com' },
      )
      const result = await verify(request, { dialect: name, secret: own, now })
      expect(result.ok && result.messages[0]?.payloadText).toBe(payload)
      expect(({} as Record<string, unknown>)['isAdmin']).toBeUndefined()
      expect(Object.keys(Object.prototype)).toEqual([])
    }
  })
  const bombs: Record<string, string> = {
    'arrays 100 000 deep': '['.repeat(100_000) + ']'.repeat(100_000),
    'objects 65 deep': '{"a":'.repeat(65) + '1' + '}'.repeat(65),
    '20 000 members': `[${'0,'.repeat(20_000)}0]`,
  }
  for (const [name, payload] of Object.entries(bombs)) {
    test(`P3: ${name} are refused, by sender and receiver, in no time`, async () => {
      const spentMs = await cpuMs(async () => {
        expect(dialect('standard').check({ ...message, payload })?.code).toBe('invalid_payload')
        const signature = `v1,${hmac64(key, `${id}.1614265330.${payload}`)}`
        expect(await code(standardRequest({ 'webhook-signature': signature }, payload))).toBe('malformed_body')
        expect(await code(standardRequest({}, payload))).toBe('signature_mismatch')
      })
      expect(spentMs).toBeLessThan(500)
    })
  }
  test('P3: 64 levels are fine', () => {
    expect(dialect('standard').check({ ...message, payload: '['.repeat(64) + ']'.repeat(64) })).toBeNull()
  })
})

describe('what is read', () => {
  test('several events in one array, as ScreenMeet and Comapi send them', async () => {
    const events =
      '[{"type":"a","ts":"2021-08-09T16:45:57.000Z","n":1.0}, {"type":"b","ts":"2021-08-09T16:45:58.000Z"}]'
    const signature = createHmac('sha256', 'abc').update(events).digest('hex')
    const result = await verify(
      { headers: { 'x-signature': signature }, body: events },
      { dialect: 'screenmeet', secret: 'abc' },
    )
    expect(result).toMatchObject({
      ok: true,
      messages: [
        { type: 'a', payloadText: '{"n":1.0}' },
        { type: 'b', payloadText: '{}' },
      ],
    })

    const event = '{"eventId":"e1","accountId":12,"name":"message.read","payload":{"id":"m"}}'
    for (const text of [event, `[${event},${event}]`, `[${event}]`]) {
      const hmac = createHmac('sha1', 'abc').update(text).digest('hex')
      const found = await verify(
        { headers: { 'X-COMAPI-Signature': hmac }, body: text },
        { dialect: 'comapi', secret: 'abc' },
      )
      expect(found.ok && found.messages[0]).toMatchObject({
        id: 'e1',
        type: 'message.read',
        payload: { id: 'm' },
        params: { accountId: '12' },
      })
      expect(found.ok && found.messages.length).toBe(text.includes(',{') ? 2 : 1)
    }
  })
  test('the other names and the empty maps of Sign In App', async () => {
    const text = '{"event":"visitor.sign-in","visitor":{"id":1,"additional":[],"personal_fields":{"a":[]}}}'
    const result = await verify({ headers: {}, body: text }, { dialect: 'signinapp', secret: null })
    expect(result).toMatchObject({
      ok: true,
      messages: [{ type: 'visitor.signin', payload: { visitor: { additional: {}, personal_fields: { a: [] } } } }],
    })
  })
  test('the claim of Autoflex10, from the address', async () => {
    const read = (url: string) => verify({ method: 'GET', url, headers: {}, body: null }, { dialect: 'autoflex' })
    expect(await read('/cb?id=4f9c')).toMatchObject({
      ok: true,
      messages: [{ claim: '4f9c', payload: undefined, payloadText: '' }],
    })
    expect(await read('https://x.example/cb?tenant=7&id=4f9c#top')).toMatchObject({
      ok: true,
      messages: [{ claim: '4f9c' }],
    })
    expect(await read('/cb')).toMatchObject({ ok: false, code: 'malformed_request' })
  })
  test('a vendor’s own answers: 406 from Scalefusion receivers, 401 and 400 from Comapi ones', async () => {
    const status = async (name: string, headers: Record<string, string>, text: string): Promise<number | 'ok'> => {
      const result = await verify({ headers, body: text }, { dialect: name, secret: 'abc' })
      return result.ok ? 'ok' : result.status
    }
    expect(await status('scalefusion', { 'x-sf-signature': '00' }, '{}')).toBe(406)
    expect(await status('comapi', { 'x-comapi-signature': '00' }, '{}')).toBe(401)
    expect(
      await status('comapi', { 'x-comapi-signature': createHmac('sha1', 'abc').update('').digest('hex') }, ''),
    ).toBe(400)
  })
  test('no request makes it throw', async () => {
    const strange = [
      null,
      undefined,
      5,
      'x',
      {},
      { headers: null },
      { headers: 5, body: 5 },
      { headers: [1, 2], body: Symbol('x') },
      { headers: { a: 1 } },
    ]
    for (const request of strange) {
      for (const name of ['standard', 'signinapp', 'autoflex']) {
        const result = await verify(request as never, { dialect: name, secret: name === 'standard' ? secret : 'abc' })
        expect(result.ok).toBe(false)
      }
    }
  })
})

const message: WireMessage = {
  id,
  type: 'test',
  payload: body,
  occurredAt: now,
  acceptedAt: now,
  params: { accountId: '1', apiSpaceId: 'x' },
}
