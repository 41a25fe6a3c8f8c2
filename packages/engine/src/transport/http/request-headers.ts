/** The headers of a request as a flat list of names and values in turn. */
import { isTransportHeader } from '@posthorn/wire'
import type { TransportRequest } from '../transport.ts'

const USER_AGENT = 'Posthorn/0.1'

/**
 * The caller's headers in the caller's order, without those that belong to the connection (`host`, `content-length` and `connection`
 * are written with it). `user-agent` and `accept-encoding: identity` are added when absent. `identity`, because
 * responses are not decompressed: a few kilobytes of gzip can expand to a hundred megabytes.
 */
export function requestHeaders(headers: TransportRequest['headers']): string[] {
  const lines: string[] = []
  let hasUserAgent = false
  let hasAcceptEncoding = false
  for (const [name, value] of headers) {
    // The length alone decides for most names, which is fast; this runs for every header of every request.
    switch (name.length) {
      case 2:
      case 4:
      case 6:
      case 7:
      case 14:
      case 16:
      case 17:
        if (isTransportHeader(name)) continue
        break
      case 10: {
        if (isTransportHeader(name)) continue
        if (name.toLowerCase() === 'user-agent') hasUserAgent = true
        break
      }
      case 15:
        if (name.toLowerCase() === 'accept-encoding') hasAcceptEncoding = true
        break
    }
    lines.push(name, value)
  }
  if (!hasAcceptEncoding) lines.push('accept-encoding', 'identity')
  if (!hasUserAgent) lines.push('user-agent', USER_AGENT)
  return lines
}
