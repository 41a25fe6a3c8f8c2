import { dialect, dialects, type CompiledDialect } from '@posthorn/wire'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { EngineError } from '../errors.ts'
import { checkHeaders } from './headers.ts'

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
    ['X_Custom.1', '!~ "quoted", and so on;'],
    ['Authorization', 'Bearer abc'],
    ["!#$%&'*+-.^_`|~", 'a'],
    ['X-Long', 'a'.repeat(8192)],
  ])('%s with an ordinary value passes', (name, value) => {
    expect(refusedHeader(name, value)).toBeNull()
  })

  test.each([' a', 'a ', ' '])('%j, which a receiver would get without its spaces, is refused', (value) => {
    expect(refusedHeader('X-Custom', value)).toBe('header_refused')
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
