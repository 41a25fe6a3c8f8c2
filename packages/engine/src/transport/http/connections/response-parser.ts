/**
 * Reads the responses of one connection from its bytes, in whatever pieces they come: RFC 9112, with what it obliges a client to accept
 * (interim responses that nobody asked for, folded lines, tabs around values, empty lines before the first one, LF alone). Framing that two
 * readers could understand differently is refused: two lengths, a length beside chunks, chunks in HTTP/1.0.
 */
import { chunkedBody, type ChunkedBody } from './chunked-body.ts'
import { HttpError } from './http-error.ts'

export type Headers = readonly (readonly [name: string, value: string])[]

/** Told what a response consists of: its head once, then pieces of its body. */
export interface ResponseReader {
  onHead(status: number, headers: Headers): void
  onBody(piece: Buffer): void
}

/** The bytes of a head, with its interim responses apart. */
const mostHeadBytes = 16 * 1024

const [lf, cr] = [10, 13]

export class ResponseParser {
  readonly #reader: ResponseReader
  /** A request without a body in its response: HEAD. */
  readonly #isHead: boolean
  #state: 'head' | 'length' | 'chunks' | 'until close' | 'ended' = 'head'
  /** The beginning of a head whose end has not come yet. */
  #partOfHead: Buffer | null = null
  #left = 0
  #chunks: ChunkedBody | null = null
  /** Milliseconds for which the connection may be kept for another request; 0: it may not. */
  keepsOpenMs = 0

  constructor(reader: ResponseReader, method: string) {
    this.#reader = reader
    this.#isHead = method === 'HEAD'
  }

  get hasEnded(): boolean {
    return this.#state === 'ended'
  }

  /** Takes the next bytes. @throws HttpError when they are no response */
  read(bytes: Buffer): void {
    let rest = bytes
    while (rest.length > 0) {
      switch (this.#state) {
        case 'head':
          rest = this.#readHead(rest)
          break
        case 'length':
          rest = this.#readLength(rest)
          break
        case 'chunks':
          rest = this.#readChunks(rest)
          break
        case 'until close':
          this.#reader.onBody(rest)
          return
        case 'ended':
          // More than a response. It belongs to no request, so nothing on this connection can be trusted any more.
          this.keepsOpenMs = 0
          return
      }
    }
  }

  /** The receiver has closed its side. Whether the response is complete with that. */
  close(): boolean {
    if (this.#state === 'until close') this.#state = 'ended'
    return this.#state === 'ended'
  }

  #readHead(bytes: Buffer): Buffer {
    const known = this.#partOfHead
    const head = known === null ? withoutEmptyLines(bytes) : Buffer.concat([known, bytes])
    const end = endOfHead(head, known === null ? 0 : known.length)
    if (end === -1) {
      checkBeginning(head)
      if (head.length > mostHeadBytes) throw tooLarge()
      // A copy: the chunk is a view of a large read buffer.
      if (head.length > 0) this.#partOfHead = known === null ? Buffer.from(head) : head
      return empty
    }
    if (end > mostHeadBytes) throw tooLarge()
    this.#partOfHead = null
    const { status, version, headers } = parseHead(head.toString('latin1', 0, end))
    const rest = head.subarray(end)
    if (status === 101) throw new HttpError('malformed', 'it answered with status 101, and no upgrade was asked for')
    // Interim: the response itself follows.
    if (status >= 200) this.#begin(status, version, headers)
    return rest
  }

  #begin(status: number, version: number, headers: Headers): void {
    const { length, isChunked, closes, keepAliveSeconds } = framingOf(version, headers)
    const isEmpty = this.#isHead || status === 204 || status === 304
    this.#reader.onHead(status, headers)
    this.keepsOpenMs = closes ? 0 : Math.max(0, keepAliveSeconds * 1000 - keepAliveMarginMs)
    if (isEmpty) this.#state = 'ended'
    else if (isChunked) {
      this.#chunks = chunkedBody()
      this.#state = 'chunks'
    } else if (length !== null) {
      this.#left = length
      this.#state = length === 0 ? 'ended' : 'length'
    } else {
      this.keepsOpenMs = 0
      this.#state = 'until close'
    }
  }

  #readLength(bytes: Buffer): Buffer {
    const piece = bytes.length <= this.#left ? bytes : bytes.subarray(0, this.#left)
    this.#left -= piece.length
    this.#reader.onBody(piece)
    if (this.#left === 0) this.#state = 'ended'
    return bytes.subarray(piece.length)
  }

  #readChunks(bytes: Buffer): Buffer {
    const used = this.#chunks!.read(bytes, (piece) => this.#reader.onBody(piece))
    if (this.#chunks!.hasEnded) this.#state = 'ended'
    return bytes.subarray(used)
  }
}

const empty = Buffer.alloc(0)
/** A receiver that says for how long it keeps a connection is asked nothing in the last two seconds of it. */
const keepAliveMarginMs = 2000

function tooLarge(): HttpError {
  return new HttpError('head_too_large', 'its head has more than 16 kB')
}

/** Another protocol is told by its first bytes: it may never send an empty line. */
function checkBeginning(head: Buffer): void {
  const beginning = head.toString('latin1', 0, 7)
  if (!'HTTP/1.'.startsWith(beginning))
    throw new HttpError('malformed', `it begins with ${JSON.stringify(head.toString('latin1', 0, 40))}`)
}

function withoutEmptyLines(bytes: Buffer): Buffer {
  let at = 0
  while (bytes[at] === cr || bytes[at] === lf) at += 1
  return at === 0 ? bytes : bytes.subarray(at)
}

/** The place after the empty line that ends a head; -1: it has not come. @param from what is before was searched already */
function endOfHead(bytes: Buffer, from: number): number {
  for (let at = bytes.indexOf(lf, Math.max(0, from - 2)); at !== -1; at = bytes.indexOf(lf, at + 1)) {
    if (bytes[at + 1] === lf) return at + 2
    if (bytes[at + 1] === cr && bytes[at + 2] === lf) return at + 3
  }
  return -1
}

/** What no line may contain: controls other than a tab, and a CR that is not part of a line end. */
// oxlint-disable-next-line no-control-regex -- control characters are what is looked for
const forbidden = /[\0-\x08\x0b\x0c\x0e-\x1f\x7f]|\r(?!\n)/
const statusLine = /^HTTP\/1\.(\d) ([1-9]\d\d)(?: .*)?$/
const token = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/

function parseHead(text: string): { status: number; version: number; headers: Headers } {
  if (forbidden.test(text)) throw new HttpError('malformed', 'its head has a control character')
  const lines = text.includes('\r') ? text.split(/\r?\n/) : text.split('\n')
  const parts = statusLine.exec(lines[0]!)
  if (!parts) throw new HttpError('malformed', `it begins with ${JSON.stringify(lines[0]!.slice(0, 40))}`)
  const headers: [name: string, value: string][] = []
  // The last two are the empty line and what is after it.
  for (let index = 1; index < lines.length - 2; index++) {
    const line = lines[index]!
    if (line.startsWith(' ') || line.startsWith('\t')) {
      const before = headers.at(-1)
      if (!before) throw new HttpError('malformed', 'its first header line begins with a space')
      before[1] = trimmed(`${before[1]} ${trimmed(line)}`)
    } else headers.push(headerOf(line))
  }
  return { status: Number(parts[2]), version: Number(parts[1]), headers }
}

function headerOf(line: string): [name: string, value: string] {
  const colon = line.indexOf(':')
  const name = colon === -1 ? '' : line.slice(0, colon)
  if (!token.test(name)) throw new HttpError('malformed', `it has the header line ${JSON.stringify(line.slice(0, 40))}`)
  return [name.toLowerCase(), trimmed(line.slice(colon + 1))]
}

/** Without the spaces and tabs around it. Other white space belongs to a value. */
function trimmed(text: string): string {
  let [start, end] = [0, text.length]
  while (isBlank(text, start)) start += 1
  while (end > start && isBlank(text, end - 1)) end -= 1
  return text.slice(start, end)
}

function isBlank(text: string, at: number): boolean {
  return text[at] === ' ' || text[at] === '\t'
}

interface Framing {
  /** `null`: the head does not say. */
  readonly length: number | null
  readonly isChunked: boolean
  readonly closes: boolean
  readonly keepAliveSeconds: number
}

function framingOf(version: number, headers: Headers): Framing {
  let length: number | null = null
  let codings: string[] | null = null
  let connection = ''
  let keepAliveSeconds = Number.POSITIVE_INFINITY
  for (const [name, value] of headers)
    switch (name) {
      case 'content-length':
        if (length !== null || !/^\d{1,18}$/.test(value))
          throw new HttpError(
            'malformed',
            `its Content-Length is ${length === null ? JSON.stringify(value) : 'there twice'}`,
          )
        length = Number(value)
        break
      case 'transfer-encoding':
        codings = [...(codings ?? []), ...value.toLowerCase().split(',').map(trimmed)]
        break
      case 'connection':
        connection += `,${value.toLowerCase()}`
        break
      case 'keep-alive':
        keepAliveSeconds = Number(/(?:^|[,\s])timeout=(\d+)/i.exec(value)?.[1] ?? keepAliveSeconds)
        break
    }
  if (codings !== null && length !== null)
    throw new HttpError('malformed', 'it has a Content-Length and a Transfer-Encoding')
  const isChunked = codings?.at(-1) === 'chunked'
  if (
    codings !== null &&
    (version === 0 || codings.indexOf('chunked') < codings.length - 1) &&
    codings.includes('chunked')
  )
    throw new HttpError('malformed', 'its Transfer-Encoding cannot be read')
  const options = connection.split(',').map(trimmed)
  const closes = options.includes('close') || (version === 0 && !options.includes('keep-alive'))
  return { length, isChunked, closes, keepAliveSeconds }
}
