import { STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import type { ErrorCode } from '@posthorn/api'
import { isUploading } from './incoming-file.ts'

/** Answers what the HTTP parser refuses. It never becomes a request, so the answer is written by hand, in the shape of all others. */
export function refuseConnection(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ERR_HTTP_REQUEST_TIMEOUT' && isUploading(socket)) return
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy()
    return
  }
  const [status, code, detail] = refusalFor(error.code)
  const body = JSON.stringify({ code, detail })
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\ncontent-type: application/json; charset=utf-8\r\n` +
      `content-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
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
