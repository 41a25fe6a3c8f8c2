import type { FastifyRequest } from 'fastify'
import { Refusal } from './refusal.ts'

/** The largest body that is held in memory: a payload of 1 MB and 64 kB for the members around it. Files have their own limit. */
export const maxBodyBytes = 1024 * 1024 + 64 * 1024

/** Reads a body that no parser has read: that of a request which could have been a file. @throws Refusal 413 */
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

export function bodyTooLarge(): Refusal {
  return new Refusal(
    413,
    'payload_too_large',
    `The body is too large: a payload has at most 1 MB, a request ${maxBodyBytes} bytes.`,
  )
}
