import { HttpError } from './http-error.ts'

/** Reads a body in chunks (RFC 9112, 7.1). Extensions and trailers are read over. */
export interface ChunkedBody {
  readonly hasEnded: boolean
  /** Takes bytes up to the end of the body; answers how many. @throws HttpError */
  read(bytes: Buffer, onPiece: (piece: Buffer) => void): number
}

/** The bytes of a line with a size and its extensions, and of all trailers together. */
const mostLineBytes = 16 * 1024

const sizeLine = /^([0-9a-f]{1,13})[ \t]*(?:;.*)?$/i
const lf = 10

export function chunkedBody(): ChunkedBody {
  let state: 'size' | 'data' | 'end of data' | 'trailers' | 'ended' = 'size'
  let left = 0
  /** The beginning of a line. */
  let line = ''
  let trailerBytes = 0

  /** Takes a line without its end; `null`: its end has not come. Answers how many bytes were used too. */
  function lineOf(bytes: Buffer, at: number): [line: string | null, used: number] {
    const end = bytes.indexOf(lf, at)
    line += bytes.toString('latin1', at, end === -1 ? bytes.length : end)
    if (line.length > mostLineBytes) throw new HttpError('malformed', 'a line between its chunks has more than 16 kB')
    if (end === -1) return [null, bytes.length - at]
    const whole = line.endsWith('\r') ? line.slice(0, -1) : line
    line = ''
    return [whole, end + 1 - at]
  }

  function onLine(text: string): void {
    if (state === 'size') {
      const size = sizeLine.exec(text)?.[1]
      if (size === undefined)
        throw new HttpError('malformed', `the size of a chunk is ${JSON.stringify(text.slice(0, 40))}`)
      left = Number.parseInt(size, 16)
      state = left === 0 ? 'trailers' : 'data'
    } else if (state === 'end of data') {
      if (text !== '') throw new HttpError('malformed', 'a chunk is longer than its size says')
      state = 'size'
    } else {
      trailerBytes += text.length
      if (trailerBytes > mostLineBytes) throw new HttpError('malformed', 'its trailers have more than 16 kB')
      if (text === '') state = 'ended'
    }
  }

  return {
    get hasEnded() {
      return state === 'ended'
    },
    read(bytes, onPiece) {
      let at = 0
      while (at < bytes.length && state !== 'ended') {
        if (state === 'data') {
          const piece = bytes.subarray(at, at + left)
          at += piece.length
          left -= piece.length
          if (left === 0) state = 'end of data'
          onPiece(piece)
        } else {
          const [text, used] = lineOf(bytes, at)
          at += used
          if (text !== null) onLine(text)
        }
      }
      return at
    },
  }
}
