/** C13: what a response is, from its bytes in any pieces; and that no bytes make the parser do anything but read or refuse. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { HttpError } from './http-error.ts'
import { ResponseParser, type Headers } from './response-parser.ts'

interface Read {
  readonly heads: { readonly status: number; readonly headers: Headers }[]
  readonly body: string
  readonly ended: boolean
  readonly keepsOpenMs: number
  readonly error: string | null
}

/** Reads pieces one after another; then the receiver closes, if `closes`. */
function readAll(pieces: readonly Buffer[], { method = 'POST', closes = false } = {}): Read {
  const heads: { status: number; headers: Headers }[] = []
  const body: Buffer[] = []
  const parser = new ResponseParser(
    {
      onHead: (status, headers) => void heads.push({ status, headers }),
      onBody: (piece) => void body.push(Buffer.from(piece)),
    },
    method,
  )
  let error: string | null = null
  try {
    for (const piece of pieces) parser.read(piece)
    if (closes) parser.close()
  } catch (thrown) {
    if (!(thrown instanceof HttpError)) throw thrown
    error = thrown.code
  }
  const read = { heads, body: Buffer.concat(body).toString('latin1'), ended: parser.hasEnded, error }
  return { ...read, keepsOpenMs: parser.keepsOpenMs }
}

const bytesOf = (text: string): Buffer => Buffer.from(text, 'latin1')
const ok = 'HTTP/1.1 200 OK\r\n'

describe('a response', () => {
  test.each<[what: string, text: string, expected: Partial<Read> & { headers?: [string, string][] }]>([
    ['with a length', `${ok}Content-Length: 2\r\n\r\nok`, { body: 'ok', headers: [['content-length', '2']] }],
    ['whose lines end with LF alone', 'HTTP/1.1 200 OK\nx: 1\ncontent-length: 2\n\nok', { body: 'ok' }],
    ['whose line ends are mixed', 'HTTP/1.1 200 OK\r\nx: 1\ncontent-length: 2\n\r\nok', { body: 'ok' }],
    [
      'with an empty line by LF in front of a body with CR LF CR LF',
      'HTTP/1.1 200 OK\ncontent-length: 6\n\na\r\n\r\nb',
      { body: 'a\r\n\r\nb' },
    ],
    [
      'with a folded line',
      `${ok}x: a\r\n\t b \r\n  c\r\ncontent-length: 0\r\n\r\n`,
      {
        headers: [
          ['x', 'a b c'],
          ['content-length', '0'],
        ],
      },
    ],
    [
      'with tabs around a value',
      `${ok}x:\t a\tb \t\r\ncontent-length: 0\r\n\r\n`,
      {
        headers: [
          ['x', 'a\tb'],
          ['content-length', '0'],
        ],
      },
    ],
    [
      'in chunks',
      `${ok}transfer-encoding: chunked\r\n\r\n3\r\nabc\r\n1;x="\\"\r\nd\r\n0\r\nt: 1\r\n\r\n`,
      { body: 'abcd' },
    ],
    ['in chunks by LF alone', `${ok}transfer-encoding: chunked\r\n\r\n3 \nabc\n0\n\n`, { body: 'abc' }],
    [
      'in chunks of what is compressed',
      `${ok}transfer-encoding: gzip, chunked\r\n\r\n1\r\na\r\n0\r\n\r\n`,
      { body: 'a' },
    ],
    ['of a later minor version', 'HTTP/1.7 200 OK\r\ncontent-length: 1\r\n\r\na', { body: 'a' }],
    [
      'after interim ones with headers',
      `HTTP/1.1 100\r\nx: 1\r\n\r\nHTTP/1.1 103 Early\r\nlink: a\r\n\r\n${ok}content-length: 0\r\n\r\n`,
      { heads: [{ status: 200, headers: [['content-length', '0']] }] },
    ],
  ])('%s', (_what, text, { headers, ...expected }) => {
    const read = readAll([bytesOf(text)])
    expect(read).toMatchObject({ ended: true, error: null, ...expected })
    if (headers) expect(read.heads[0]?.headers).toEqual(headers)
  })

  test('without a length lasts until the receiver closes', () => {
    const text = bytesOf(`${ok}\r\nhello`)
    expect(readAll([text])).toMatchObject({ ended: false, body: 'hello', keepsOpenMs: 0 })
    expect(readAll([text], { closes: true })).toMatchObject({ ended: true, body: 'hello' })
  })

  test('to HEAD, a 204 and a 304 have no body, whatever they announce', () => {
    const announced = 'content-length: 10\r\n\r\n'
    expect(readAll([bytesOf(ok + announced)], { method: 'HEAD' })).toMatchObject({ ended: true, body: '' })
    for (const status of ['204 No Content', '304 Not Modified'])
      expect(readAll([bytesOf(`HTTP/1.1 ${status}\r\n${announced}`)])).toMatchObject({ ended: true, body: '' })
  })

  test.each([
    ['', true],
    ['connection: close\r\n', false],
    ['Connection: x, Close\r\n', false],
    ['connection: keep-alive\r\nkeep-alive: timeout=5, max=9\r\n', true],
    ['keep-alive: timeout=2\r\n', false],
  ])('with %j: the connection is kept: %s', (lines, isKept) => {
    const read = readAll([bytesOf(`${ok}${lines}content-length: 0\r\n\r\n`)])
    expect(read.keepsOpenMs > 0).toBe(isKept)
  })

  test('of HTTP/1.0 keeps the connection only where it says so; bytes after a response end it', () => {
    const old = (lines: string): Read => readAll([bytesOf(`HTTP/1.0 200 OK\r\n${lines}content-length: 0\r\n\r\n`)])
    expect([old('').keepsOpenMs, old('connection: keep-alive\r\n').keepsOpenMs > 0]).toEqual([0, true])
    expect(readAll([bytesOf(`${ok}content-length: 0\r\n\r\nx`)])).toMatchObject({ ended: true, keepsOpenMs: 0 })
  })

  test.each([
    ['two lengths', `${ok}content-length: 1\r\ncontent-length: 1\r\n\r\na`],
    ['a list of lengths', `${ok}content-length: 1, 1\r\n\r\na`],
    ['a length with a sign', `${ok}content-length: +1\r\n\r\na`],
    ['a length and chunks', `${ok}content-length: 1\r\ntransfer-encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n`],
    ['chunks that are not the last coding', `${ok}transfer-encoding: chunked, gzip\r\n\r\n`],
    ['chunks twice', `${ok}transfer-encoding: chunked, chunked\r\n\r\n`],
    ['chunks in HTTP/1.0', 'HTTP/1.0 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n'],
    ['a size with a sign', `${ok}transfer-encoding: chunked\r\n\r\n+1\r\na\r\n`],
    ['a size in 0x', `${ok}transfer-encoding: chunked\r\n\r\n0x1\r\na\r\n`],
    ['a size beyond what counts', `${ok}transfer-encoding: chunked\r\n\r\nfffffffffffffffff\r\na`],
    ['a chunk that is longer than its size', `${ok}transfer-encoding: chunked\r\n\r\n1\r\nab\r\n`],
    ['a first header line that begins with a space', `${ok} x: 1\r\n\r\n`],
    ['a space before the colon', `${ok}x : 1\r\n\r\n`],
    ['a line without a colon', `${ok}x\r\n\r\n`],
    ['a CR alone', `${ok}x: 1\rcontent-length: 0\r\n\r\n`],
    ['a control character', `${ok}x: \x01\r\n\r\n`],
    ['a status below 100', 'HTTP/1.1 099 Odd\r\n\r\n'],
    ['a status of four digits', 'HTTP/1.1 2000 OK\r\n\r\n'],
    ['letters of the version in lower case', 'http/1.1 200 OK\r\n\r\n'],
    ['a switch of protocols', 'HTTP/1.1 101 Switching\r\n\r\n'],
    ['another protocol, from its first byte on', '\x16'],
  ])('with %s is refused', (_what, text) => {
    expect(readAll([bytesOf(text)])).toMatchObject({ error: 'malformed' })
  })

  test('with more than 16 kB of head is refused, of trailers too, and interim heads are counted apart', () => {
    const long = `x: ${'a'.repeat(16_400)}\r\n`
    expect(readAll([bytesOf(ok + long)])).toMatchObject({ error: 'head_too_large' })
    expect(readAll([bytesOf(`${ok}${long}\r\n`)])).toMatchObject({ error: 'head_too_large' })
    const trailers = 'x: 1\r\n'.repeat(5_000)
    expect(readAll([bytesOf(`${ok}transfer-encoding: chunked\r\n\r\n0\r\n${trailers}`)])).toMatchObject({
      error: 'malformed',
    })
    const interim = `HTTP/1.1 103 Early\r\nx: ${'a'.repeat(10_000)}\r\n\r\n`.repeat(5)
    expect(readAll([bytesOf(`${interim}${ok}content-length: 0\r\n\r\n`)])).toMatchObject({ ended: true, error: null })
  })
})

describe('in any pieces', () => {
  /** Cuts at these places. */
  function cut(bytes: Buffer, places: readonly number[]): Buffer[] {
    const at = [0, ...places.map((place) => place % (bytes.length + 1)).toSorted((a, b) => a - b), bytes.length]
    return at.slice(1).map((end, index) => bytes.subarray(at[index], end))
  }

  const anyPlaces = fc.array(fc.nat(), { maxLength: 12 })
  const anyResponse = fc
    .record({
      before: fc.constantFrom('', '\r\n', '\n\r\n', 'HTTP/1.1 100 Continue\r\n\r\n', 'HTTP/1.1 103 E\nlink: x\n\n'),
      status: fc.constantFrom('200 OK', '204 No', '304', '500 \xe9', '799 Odd'),
      headers: fc.array(fc.constantFrom('x: 1\r\n', 'x:\t2 \t\r\n', 'y: a\r\n b\r\n', 'z:\n', 'connection: close\r\n')),
      body: fc.string({ maxLength: 40 }),
      framing: fc.constantFrom('length', 'chunks', 'close'),
      after: fc.constantFrom('', 'more'),
    })
    .map(({ before, status, headers, body, framing, after }) => {
      const bytes = Buffer.from(body).toString('latin1')
      const head = `${before}HTTP/1.1 ${status}\r\n${headers.join('')}`
      if (framing === 'length') return `${head}content-length: ${bytes.length}\r\n\r\n${bytes}${after}`
      if (framing === 'close') return `${head}\r\n${bytes}`
      const half = Math.floor(bytes.length / 2)
      const chunks = [bytes.slice(0, half), bytes.slice(half)].filter((part) => part !== '')
      const text = chunks.map((part) => `${part.length.toString(16)};e\r\n${part}\r\n`).join('')
      return `${head}transfer-encoding: chunked\r\n\r\n${text}0\r\nt: 1\r\n\r\n${after}`
    })

  test('a response is the same', () => {
    fc.assert(
      fc.property(anyResponse, anyPlaces, fc.boolean(), (text, places, closes) => {
        const bytes = bytesOf(text)
        expect(readAll(cut(bytes, places), { closes })).toEqual(readAll([bytes], { closes }))
      }),
      { numRuns: 1000 },
    )
  })

  test('H1: random bytes, and responses with some bytes changed, are read or refused', () => {
    const changed = fc
      .tuple(anyResponse, fc.array(fc.tuple(fc.nat(), fc.nat({ max: 255 })), { maxLength: 4 }))
      .map(([text, changes]) => {
        const bytes = bytesOf(text)
        for (const [place, byte] of changes) bytes[place % bytes.length] = byte
        return bytes
      })
    const random = fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes))
    fc.assert(
      fc.property(fc.oneof(changed, random), anyPlaces, (bytes, places) => {
        const whole = readAll([bytes], { closes: true })
        const pieces = readAll(cut(bytes, places), { closes: true })
        // An error may be seen earlier in pieces; what was read before it is the same.
        expect({ heads: pieces.heads, error: pieces.error }).toEqual({ heads: whole.heads, error: whole.error })
      }),
      { numRuns: 3000 },
    )
  })
})
