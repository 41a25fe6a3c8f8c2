import { dialect, dialects, type CompiledDialect } from '@posthorn/wire'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { EngineError } from '../errors.ts'
import {
  checkChannels,
  checkEventId,
  checkEventTypeName,
  checkHeaders,
  checkMetadata,
  checkName,
  checkParams,
  checkSecret,
  checkTags,
  checkUid,
} from './checks.ts'

const standard = dialect('standard')

/** The refusal of a check, or `null`. Anything but a coded refusal is thrown on. */
function refusal(check: () => void): { code: string; field: string | null; message: string } | null {
  try {
    check()
    return null
  } catch (error) {
    if (!(error instanceof EngineError)) throw error
    return { code: error.code, field: error.field, message: error.message }
  }
}

function refusedHeader(name: string, value: string, by: CompiledDialect = standard): string | null {
  return refusal(() => checkHeaders({ [name]: value }, by))?.code ?? null
}

const casings: readonly ((name: string) => string)[] = [
  (name) => name.toLowerCase(),
  (name) => name.toUpperCase(),
  (name) => name.replace(/(^|-)[a-z]/g, (letter) => letter.toUpperCase()),
]

describe('H1: header injection is an answer to who typed it', () => {
  test.each<[title: string, value: string]>([
    ['CR LF', 'a\r\nX: 1'],
    ['LF', 'a\nX:1'],
    ['CR', 'a\rX:1'],
    ['a LF at the end', 'a\n'],
    ['NUL', 'a\0'],
    ['a tab', 'a\tb'],
    ['DEL', 'a\x7f'],
    ['latin-1, which Node lets pass', 'é'],
    ['U+010A, whose low byte is a LF', 'a\u010aX: 1'],
    ['U+560D U+560A, whose low bytes are CR LF', 'a\u560d\u560aX: 1'],
    ['a line separator', 'a\u2028b'],
    ['a lone surrogate', '\ud800'],
    ['100 kB', 'a'.repeat(100_000)],
    ['8193 bytes', 'a'.repeat(8193)],
  ])('%s in a value is refused', (_title, value) => {
    expect(refusedHeader('X-Custom', value)).toBe('header_refused')
  })

  test.each(['', 'x y', 'x\r\ny', 'x\ny', 'x:y', 'x\0', 'é', 'x\u010ay', '(x)', 'x@y', 'x/y', '"x"', 'x'.repeat(129)])(
    '%j is refused as a name',
    (name) => {
      expect(refusedHeader(name, 'a')).toBe('header_refused')
    },
  )

  test.each<[name: string, value: string]>([
    ['X-Custom', 'a'],
    ['x-custom', ''],
    ['X_Custom.1', ' !~ "quoted", and so on; '],
    ['Authorization', 'Bearer abc'],
    ["!#$%&'*+-.^_`|~", 'a'],
    ['X-Long', 'a'.repeat(8192)],
  ])('%s with an ordinary value passes', (name, value) => {
    expect(refusedHeader(name, value)).toBeNull()
  })

  test('the refusal names the field, and does not repeat a value that may be a credential', () => {
    const found = refusal(() => checkHeaders({ 'X-Token': 'canary\n' }, standard))
    expect(found?.field).toBe('headers.X-Token')
    expect(found?.message).not.toContain('canary')
  })

  test('what passes can be written as HTTP', () => {
    const name = fc.oneof(fc.stringMatching(/^x-[!-~]{0,5}$/), fc.string({ unit: 'binary', maxLength: 8 }))
    fc.assert(
      fc.property(name, fc.string({ unit: 'binary', maxLength: 8 }), (header, value) => {
        if (refusedHeader(header, value) !== null) return
        expect(() => new Headers([[header, value]])).not.toThrow()
        expect(value).toMatch(/^[ -~]*$/)
      }),
      { numRuns: 1000 },
    )
  })
})

describe('H2: reserved headers are refused, in any case', () => {
  const reserved = [
    'host',
    'content-length',
    'content-encoding',
    'transfer-encoding',
    'connection',
    'te',
    'trailer',
    'upgrade',
    'expect',
    'keep-alive',
    'proxy-authorization',
    'proxy-connection',
    'webhook-id',
    'webhook-timestamp',
    'webhook-signature',
    'webhook-anything',
    'svix-id',
    'user-agent',
    'accept-encoding',
  ]

  test.each(reserved.flatMap((name) => casings.map((casing) => casing(name))))('%s', (name) => {
    expect(refusedHeader(name, 'a')).toBe('header_refused')
  })

  test.each(dialects.map(({ name }) => name))('what %s writes itself', (name) => {
    const compiled = dialect(name)
    for (const header of compiled.reservedHeaders)
      for (const casing of casings) expect(refusedHeader(casing(header), 'a', compiled)).toBe('header_refused')
  })

  test('that list is there: standard writes its three headers and the content type', () => {
    expect(standard.reservedHeaders).toEqual(
      expect.arrayContaining(['webhook-id', 'webhook-timestamp', 'webhook-signature', 'content-type']),
    )
  })

  test('what another dialect writes is free', () => {
    const others = dialects.flatMap(({ name }) => dialect(name).reservedHeaders)
    const free = others.filter((name) => !standard.reservedHeaders.includes(name) && !/^(webhook|svix)-/.test(name))
    expect(free.length).toBeGreaterThan(0)
    for (const name of free) expect(refusedHeader(name, 'a')).toBeNull()
  })

  test('one header in two spellings is refused, whichever it is', () => {
    expect(refusal(() => checkHeaders({ 'X-A': '1', 'x-a': '1' }, standard))?.code).toBe('header_refused')
    expect(refusal(() => checkHeaders({ 'Content-Length': '1', 'content-length': '1' }, standard))?.code).toBe(
      'header_refused',
    )
  })

  test('names that only begin alike are free', () => {
    for (const name of ['hosts', 'x-host', 'x-webhook-id', 'webhookid', 'tea', 'proxy'])
      expect(refusedHeader(name, 'a')).toBeNull()
  })
})

describe('names and ids', () => {
  test.each(['invoice.paid', 'a', 'A-b_c.1', '-', 'a'.repeat(256)])('%j is an event type', (name) => {
    expect(refusal(() => checkEventTypeName(name))).toBeNull()
  })

  test.each(['', 'a b', 'a/b', 'a\n', 'é', "' OR 1=1--", 'a'.repeat(257), 'a\0'])('%j is no event type', (name) => {
    expect(refusal(() => checkEventTypeName(name))).toMatchObject({ code: 'invalid', field: 'eventType' })
    expect(refusal(() => checkEventTypeName(name, 'name'))?.field).toBe('name')
  })

  test('an eventId is up to 256 printable ASCII characters without spaces', () => {
    for (const id of ['1', 'evt_1', "a/b:c'd", '~'.repeat(256)]) expect(refusal(() => checkEventId(id))).toBeNull()
    for (const id of ['', 'a b', 'a\r\nb', 'a\0', 'é', 'a'.repeat(257)])
      expect(refusal(() => checkEventId(id))).toMatchObject({ code: 'invalid', field: 'eventId' })
  })

  test('a uid is up to 256 letters, digits, -, _ and dots', () => {
    for (const uid of ['1', 'customer-1', 'a.b_c', 'a'.repeat(256), 'application_1', 'app', 'App_1'])
      expect(refusal(() => checkUid(uid))).toBeNull()
    for (const uid of ['', 'a b', 'a/b', 'é', '../x', 'a'.repeat(257), 'a\n'])
      expect(refusal(() => checkUid(uid))).toMatchObject({ code: 'invalid', field: 'uid' })
  })

  test.each(['app_1', 'ep_x', 'msg_', 'atmpt_abc'])('a uid that looks like one of our ids (%s) is refused', (uid) => {
    expect(refusal(() => checkUid(uid))).toMatchObject({ code: 'invalid', field: 'uid' })
  })

  test('a name is not blank and has up to 256 characters', () => {
    for (const name of ['a', ' a ', 'Ærø & Sons', 'a'.repeat(256)]) expect(refusal(() => checkName(name))).toBeNull()
    for (const name of ['', '  ', '\n', 'a'.repeat(257)])
      expect(refusal(() => checkName(name))).toMatchObject({ code: 'invalid', field: 'name' })
  })
})

describe('metadata, params, channels, tags', () => {
  test('metadata has up to 4,096 characters as JSON', () => {
    const most = 4096 - JSON.stringify({ a: '' }).length
    expect(refusal(() => checkMetadata({ a: 'x'.repeat(most) }))).toBeNull()
    expect(refusal(() => checkMetadata({ a: 'x'.repeat(most + 1) }))).toMatchObject({
      code: 'invalid',
      field: 'metadata',
    })
  })

  test('the name of a param is a letter and then letters, digits, _ and -; its value has up to 1,024 characters', () => {
    for (const params of [{}, { accountId: 'a' }, { a1_b: '' }, { [`a${'b'.repeat(63)}`]: 'x'.repeat(1024) }])
      expect(refusal(() => checkParams(params))).toBeNull()
    for (const name of ['', '1a', '_a', '-a', 'a.b', 'é', 'a b', `a${'b'.repeat(64)}`])
      expect(refusal(() => checkParams({ [name]: 'a' }))).toMatchObject({ code: 'invalid' })
    expect(refusal(() => checkParams({ a: 'x'.repeat(1025) }))).toMatchObject({ code: 'invalid', field: 'params.a' })
  })

  test('P1: __proto__ is no name of a param', () => {
    expect(refusal(() => checkParams(JSON.parse('{"__proto__":"a"}') as Record<string, string>))?.code).toBe('invalid')
  })

  test('channels are as many as asked for, each up to 128 characters', () => {
    expect(refusal(() => checkChannels(['a', 'A-b_c.1:2', 'a'.repeat(128)], 3))).toBeNull()
    expect(refusal(() => checkChannels(['a', 'b'], 1))).toMatchObject({ code: 'invalid', field: 'channels' })
    for (const channel of ['', 'a b', 'a/b', 'é', 'a'.repeat(129), "' OR 1=1--"])
      expect(refusal(() => checkChannels([channel], 5))).toMatchObject({ code: 'invalid', field: 'channels' })
  })

  test('tags are up to ten, each 1 to 128 characters of any kind', () => {
    const nine = 'abcdefghi'.split('')
    expect(refusal(() => checkTags([...nine, 'é'.repeat(128)]))).toBeNull()
    for (const tags of [[...nine, 'j', 'k'], [''], ['a'.repeat(129)]])
      expect(refusal(() => checkTags(tags))).toMatchObject({ code: 'invalid', field: 'tags' })
  })
})

describe('secrets', () => {
  test('a secret that its dialect cannot use is refused with the field, and is not repeated', () => {
    for (const secret of ['', 'whsec_canary!']) {
      const found = refusal(() => checkSecret(secret, standard))
      expect(found).toMatchObject({ code: 'secret_refused', field: 'secret' })
      expect(found?.message).not.toContain('canary')
    }
  })

  test('a secret that a dialect made itself passes', () => {
    for (const { name } of dialects) {
      const compiled = dialect(name)
      const secret = compiled.newSecret((count) => new Uint8Array(count).fill(7))
      if (secret !== null) expect(refusal(() => checkSecret(secret, compiled))).toBeNull()
    }
  })
})
