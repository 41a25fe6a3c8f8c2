import { STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import type { ErrorCode } from '@posthorn/api'
import { isUploading } from './incoming-file.ts'

/** For a client to read the answer. */
const lingerMs = 1_000

/** Answers what the HTTP parser refuses. It never becomes a request, so the answer is written by hand, in the shape of all others. */
export function refuseConnection(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ERR_HTTP_REQUEST_TIMEOUT' && isUploading(socket)) return
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy()
    return
  }
  endConnection(socket, refusalText(...refusalFor(error.code)))
}

/** Writes a last answer and closes. Without the timer a client that neither reads nor closes would keep its descriptor for ever. */
function endConnection(socket: Socket, text: string): void {
  const cut = setTimeout(() => socket.destroy(), lingerMs).unref()
  socket.once('close', () => clearTimeout(cut))
  socket.on('error', () => undefined)
  socket.end(text)
}

export function refusalText(status: number, code: ErrorCode, detail: string): string {
  const body = JSON.stringify({ code, detail })
  return (
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\ncontent-type: application/json; charset=utf-8\r\n` +
    (status === 503 ? 'retry-after: 1\r\n' : '') +
    `content-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`
  )
}

function refusalFor(parserCode: string | undefined): [status: number, code: ErrorCode, detail: string] {
  switch (parserCode) {
    case 'HPE_HEADER_OVERFLOW':
      return [431, 'headers_too_large', 'The head of the request has more than 16 kB.']
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return [408, 'timeout', 'The request did not arrive in time.']
    default:
      return [400, 'bad_request', 'This is not a valid HTTP request.']
  }
}
