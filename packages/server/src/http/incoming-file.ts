import type { FastifyRequest } from 'fastify'
import { isJsonType, requireIdentity } from './body.ts'
import { bodyTooLarge, maxBodyBytes } from './failures.ts'
import type { IncomingFile } from './handler.ts'
import { Refusal } from './refusal.ts'

/** Forms wrap what they carry, and `curl --data` calls everything one: neither is the file that is meant. */
const forms = /^(application\/x-www-form-urlencoded|multipart\/)/i

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
  const length = headers['content-length']
  return {
    bytes: raw.iterator({ destroyOnReturn: false }),
    length: length === undefined ? undefined : Number(length),
    contentType,
    disposition: headers['content-disposition'],
  }
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
