import { Refusal } from './refusal.ts'

export function isJsonType(contentType: string): boolean {
  const [type = ''] = contentType.toLowerCase().split(';')
  return type.trim() === 'application/json' || /^application\/[\w.-]+\+json$/.test(type.trim())
}

/** @throws Refusal 415: the body is compressed. A small body could expand to one that fills the memory. */
export function requireIdentity(contentEncoding: string | undefined): void {
  if (contentEncoding === undefined || contentEncoding === 'identity') return
  throw new Refusal(
    415,
    'unsupported_media_type',
    'Bodies are not decompressed here. Send it without Content-Encoding.',
  )
}

/** @throws Refusal 415: the body is not JSON in UTF-8, or is compressed */
export function requireJsonType(contentType: string | undefined, contentEncoding: string | undefined): void {
  requireIdentity(contentEncoding)
  if (contentType === undefined) return
  const [, ...parameters] = contentType.toLowerCase().split(';')
  const charset = parameters.map((part) => part.trim()).find((part) => part.startsWith('charset='))
  if (!isJsonType(contentType) || (charset !== undefined && !/^charset="?utf-?8"?$/.test(charset))) {
    throw new Refusal(
      415,
      'unsupported_media_type',
      'The body must be JSON in UTF-8. Send Content-Type: application/json.',
    )
  }
}
