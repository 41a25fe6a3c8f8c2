import type net from 'node:net'
import { HttpError } from './http-error.ts'

/** A request as it is written. */
export interface WrittenRequest {
  readonly method: string
  /** Path and query. */
  readonly path: string
  readonly host: string
  /** Names and values in turn, without those that belong to the connection. */
  readonly headers: readonly string[]
  readonly body: Uint8Array | null
}

const token = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/
/** Visible characters and those of Latin-1, spaces and tabs: no control character ends a line or hides one. */
const valueText = /^[\t\x20-\x7e\x80-\xff]*$/
const pathText = /^[\x21-\x7e]+$/

/** Bodies up to this size are copied behind their head, so that one piece is written. */
const mostCopiedBytes = 64 * 1024

/** The head, with its empty line. @throws HttpError `request_invalid`: it could not be read as it is meant */
export function headOf({ method, path, host, headers, body }: WrittenRequest): string {
  if (!token.test(method)) throw new HttpError('request_invalid', 'its method is no token')
  if (!pathText.test(path))
    throw new HttpError('request_invalid', 'its path has a character that a request line cannot hold')
  let text = `${method} ${path} HTTP/1.1\r\nhost: ${host}\r\nconnection: keep-alive\r\n`
  for (let index = 0; index < headers.length; index += 2) {
    const [name, value] = [headers[index]!, headers[index + 1]!]
    if (!token.test(name)) throw new HttpError('request_invalid', `${JSON.stringify(name)} is no name of a header`)
    if (!valueText.test(value))
      throw new HttpError(
        'request_invalid',
        `the value of the header ${name} has a character that a header cannot hold`,
      )
    text += `${name}: ${value}\r\n`
  }
  const hasLength = body !== null || method === 'POST' || method === 'PUT' || method === 'PATCH'
  return hasLength ? `${text}content-length: ${body?.length ?? 0}\r\n\r\n` : `${text}\r\n`
}

export function writeRequest(socket: net.Socket, head: string, body: Uint8Array | null): void {
  if (body === null || body.length === 0) {
    socket.write(head, 'latin1')
    return
  }
  if (body.length <= mostCopiedBytes) {
    const bytes = Buffer.allocUnsafe(head.length + body.length)
    bytes.write(head, 'latin1')
    bytes.set(body, head.length)
    socket.write(bytes)
    return
  }
  socket.cork()
  socket.write(head, 'latin1')
  socket.write(body)
  socket.uncork()
}
