import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import type { Readable } from 'node:stream'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { isJsonType, requireIdentity } from './json-body.ts'
import { Refusal } from './refusal.ts'

/** A body that is read as it comes. Leaving its iterator early does not cut the connection, so that a refusal still reaches the client. */
export interface IncomingFile {
  readonly bytes: ReturnType<Readable['iterator']>
  /** As the request announces it. */
  readonly length: number | undefined
  readonly contentType: string
  readonly disposition: string | undefined
}

/** A form wraps the file, and `curl --data` says `x-www-form-urlencoded` of any text. Neither body is the file itself. */
const forms = /^(application\/x-www-form-urlencoded|multipart\/)/i

/** The limit of the parser is 30 seconds; a file of 100 MB over a slow line needs more. */
const uploadMs = 15 * 60_000
const discardMs = 30_000
const uploading = new WeakSet<Socket>()

/** The body as a file; `null`: it is JSON, or there is none. @throws Refusal 415 */
export function incomingFile({ headers, raw }: FastifyRequest): IncomingFile | null {
  const contentType = headers['content-type']
  if (contentType === undefined || isJsonType(contentType)) return null
  requireIdentity(headers['content-encoding'])
  if (forms.test(contentType)) {
    throw new Refusal(
      415,
      'unsupported_media_type',
      'The body is the file itself, with its own Content-Type (application/octet-stream when nothing better is known), or JSON with Content-Type: application/json. It is not a form.',
    )
  }
  const { socket } = raw
  uploading.add(socket)
  raw.once('close', () => uploading.delete(socket))
  cutAfter(raw, uploadMs)
  const length = headers['content-length']
  return {
    bytes: raw.iterator({ destroyOnReturn: false }),
    length: length === undefined ? undefined : Number(length),
    contentType,
    disposition: headers['content-disposition'],
  }
}

/** Whether a file comes in on this connection. Its own time limit counts then, and the parser's does not. */
export function isUploading(socket: Socket): boolean {
  return uploading.has(socket)
}

/**
 * Reads and drops the rest of a refused file. The kernel resets a connection that is closed with unread bytes, and the reset
 * can overtake the answer, so the client would not learn the reason. The client closes the connection, or it is cut after a while.
 */
export function discardRest({ raw }: FastifyRequest, { raw: response }: FastifyReply): void {
  response.shouldKeepAlive = true
  cutAfter(raw, discardMs)
  raw.resume()
}

function cutAfter(raw: IncomingMessage, ms: number): void {
  if (raw.complete) return
  const cut = setTimeout(() => raw.socket.destroy(), ms).unref()
  raw.once('close', () => clearTimeout(cut))
}
