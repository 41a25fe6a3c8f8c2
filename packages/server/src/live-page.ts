import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { FastifyInstance } from 'fastify'
import { etagOf, hasSeen } from './http/condition.ts'
import { pageHeaders } from './http/security-headers.ts'

/** Each file has one fixed address, so no name from a request reaches the file system. */
const files = [
  { url: '/', name: 'index.html', type: 'text/html; charset=utf-8' },
  { url: '/app.js', name: 'app.js', type: 'text/javascript; charset=utf-8' },
  { url: '/source.js', name: 'source.js', type: 'text/javascript; charset=utf-8' },
  { url: '/visible.js', name: 'visible.js', type: 'text/javascript; charset=utf-8' },
  { url: '/view.js', name: 'view.js', type: 'text/javascript; charset=utf-8' },
  { url: '/style.css', name: 'style.css', type: 'text/css; charset=utf-8' },
  { url: '/favicon.svg', name: 'favicon.svg', type: 'image/svg+xml' },
] as const

/** A page that shows attempts live. It reads the API as every client does. */
export function mountLivePage(server: FastifyInstance): void {
  for (const { url, name, type } of files) {
    const bytes = readFileSync(new URL(`../static/${name}`, import.meta.url))
    const tag = createHash('sha256').update(bytes).digest('base64url')
    server.route({
      method: ['GET', 'HEAD'],
      url,
      handler: async (request, reply) => {
        reply.headers({ ...pageHeaders, etag: etagOf(tag) })
        if (hasSeen(tag, request)) return reply.code(304).send()
        return reply.header('content-type', type).send(bytes)
      },
    })
  }
}
