import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { RequestHandler } from 'express'

const asked = ['range', 'if-range', 'if-none-match']
const answered = [
  'accept-ranges',
  'cache-control',
  'content-disposition',
  'content-length',
  'content-range',
  'content-security-policy',
  'content-type',
  'etag',
  'x-content-type-options',
]

/** Serves Posthorn's files at the vendor's own address, as a reverse proxy would. */
export function passOnFiles(posthornUrl: string): RequestHandler<{ token: string }> {
  return async (request, response, next) => {
    const { token } = request.params
    // Behind `..` there is more of Posthorn than its files.
    if (!/^[\w-]+$/.test(token)) return next()
    const headers = asked.flatMap((name): [string, string][] => {
      const value = request.get(name)
      return value === undefined ? [] : [[name, value]]
    })
    const file = await fetch(`${posthornUrl}/files/${token}`, { headers })
    response.status(file.status)
    for (const name of answered) {
      const value = file.headers.get(name)
      if (value !== null) response.setHeader(name, value)
    }
    if (file.body === null) response.end()
    else await pipeline(Readable.fromWeb(file.body), response)
  }
}
