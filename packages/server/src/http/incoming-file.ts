import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { isJsonType, requireIdentity } from './body.ts'
import { bodyTooLarge, maxBodyBytes } from './failures.ts'
import type { IncomingFile } from './handler.ts'
import { Refusal } from './refusal.ts'

/** Forms wrap what they carry, and `curl --data` calls everything one: neither is the file that is meant. */
const forms = /^(application\/x-www-form-urlencoded|multipart\/)/i

/** A request has half a minute; a file of 100 MB over a slow line needs more. */
const uploadMs = 15 * 60_000
const discardMs = 30_000
const uploading = new WeakSet<Socket>()

/** Whether the parser's own clock does not count for this connection: a file comes in on it, which has a clock of its own. */
export function isUploading(socket: Socket): boolean {
  return uploading.has(socket)
}

function cutAfter(raw: IncomingMessage, ms: number): void {
  if (raw.complete) return
  const cut = setTimeout(() => raw.socket.destroy(), ms).unref()
  raw.once('close', () => clearTimeout(cut))
}

/** The body as a file; `null`: it is JSON, or there is none. */
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

/**
 * Throws away what is left of a refused file. A connection that is closed on bytes which nobody read is reset, and the reset
 * overtakes the answer: whoever still sends would never hear why. The client closes it, within bounds.
 */
export function discardRest({ raw }: FastifyRequest, { raw: response }: FastifyReply): void {
  response.shouldKeepAlive = true
  cutAfter(raw, discardMs)
  raw.resume()
}

/** The whole of a body that is no file; bounded as everywhere. */
export async function wholeBody({ raw, headers }: FastifyRequest): Promise<Buffer> {
  if (Number(headers['content-length'] ?? 0) > maxBodyBytes) throw bodyTooLarge()
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of raw.iterator({ destroyOnReturn: false })) {
    bytes += (chunk as Buffer).length
    if (bytes > maxBodyBytes) throw bodyTooLarge()
    chunks.push(chunk as Buffer)
  }
  return Buffer.concat(chunks)
}
