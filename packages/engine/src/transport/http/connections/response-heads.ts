import type net from 'node:net'

/**
 * What RFC 9110 and 9112 oblige a client to accept in the head of a response, and undici's parser refuses:
 *
 * - a `100 (Continue)` that was not asked for is an interim response and is ignored (RFC 9110, 15.2). undici ignores other interim
 *   responses, so it gets this one as a 102;
 * - a line that begins with white space continues the value before it (RFC 9112, 5.2): the line end becomes a space;
 * - white space around a value does not belong to it, and may be tabs (RFC 9112, 5.1).
 *
 * The body is never looked at. White space and line ends wait until the byte after them says what they are, so it makes no difference
 * how the bytes arrive.
 */
export class ResponseHeads {
  #place: 'status line' | 'interim head' | 'head' | 'body' = 'body'
  /** The status line, up to the status. */
  #line = ''
  /** What waits: spaces, or a line end. */
  #spaces = 0
  #lineEnd: '' | '\r' | '\r\n' | '\r\n\r' = ''

  constructor(socket: net.Socket) {
    // Readers of a socket call `read`; this one is only theirs.
    const read = socket.read.bind(socket)
    socket.read = (size?: number) => {
      const chunk = read(size) as Buffer | null
      return chunk === null || this.#place === 'body' ? chunk : this.#rewrite(chunk)
    }
  }

  /** A request leaves: what comes next is the head of its response. */
  expect(): void {
    this.#place = 'status line'
    this.#line = ''
    this.#spaces = 0
    this.#lineEnd = ''
  }

  #rewrite(chunk: Buffer): Buffer {
    if (this.#place === 'status line' && this.#line === '' && isPlain(chunk)) {
      this.#place = 'body'
      return chunk
    }
    const out = Buffer.allocUnsafe(chunk.length + this.#spaces + this.#lineEnd.length)
    let length = 0
    let at = 0
    while (at < chunk.length && this.#place !== 'body') {
      const byte = chunk[at++]!
      if (this.#place === 'status line') out[length++] = this.#inStatus(byte)
      else length = this.#inHead(byte, out, length)
    }
    return Buffer.concat([out.subarray(0, length), chunk.subarray(at)])
  }

  #inStatus(byte: number): number {
    // Parsers ignore empty lines before the first one.
    if (this.#line === '' && (byte === cr || byte === lf)) return byte
    if (this.#line.length < statusLength - 1) {
      this.#line += String.fromCharCode(byte)
      return byte
    }
    const isInterim = /^HTTP\/1\.[01] 1\d$/.test(this.#line)
    this.#place = isInterim ? 'interim head' : 'head'
    return isInterim && this.#line.endsWith(' 10') && byte === zero ? two : byte
  }

  /** Writes what waited, when it is known what it is, and then the byte, unless it waits too. Returns the new length of `out`. */
  #inHead(byte: number, out: Buffer, length: number): number {
    if (byte === space || byte === tab) {
      if (this.#lineEnd === '\r\n') this.#lineEnd = ''
      if (this.#lineEnd === '') {
        this.#spaces += 1
        return length
      }
    }
    if (byte === cr && (this.#lineEnd === '' || this.#lineEnd === '\r\n')) {
      this.#spaces = 0
      this.#lineEnd = this.#lineEnd === '' ? '\r' : '\r\n\r'
      return length
    }
    if (byte === lf && this.#lineEnd === '\r') {
      this.#lineEnd = '\r\n'
      return length
    }
    const end = length + out.write(' '.repeat(this.#spaces) + this.#lineEnd, length, 'latin1')
    out[end] = byte
    const isEnd = byte === lf && this.#lineEnd === '\r\n\r'
    this.#spaces = 0
    this.#lineEnd = ''
    if (isEnd && this.#place === 'interim head') this.expect()
    else if (isEnd) this.#place = 'body'
    return end + 1
  }
}

/** Nearly every response: its whole head is here, it is a final one, and it has nothing to rewrite. */
function isPlain(chunk: Buffer): boolean {
  const end = chunk.indexOf('\r\n\r\n')
  return end >= 0 && /^HTTP\/1\.[01] [2-9](?!.*(?:\t|\r\n | \r\n))/s.test(chunk.toString('latin1', 0, end + 2))
}

const statusLength = 'HTTP/1.1 100'.length
const [tab, lf, cr, space, zero, two] = [9, 10, 13, 32, 48, 50]
