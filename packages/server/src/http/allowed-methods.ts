import type { FastifyInstance } from 'fastify'
import { notFound, Refusal } from './refusal.ts'

/** A path that has routes: its segments, `null` where it takes any. */
interface Known {
  readonly segments: readonly (string | null)[]
  readonly methods: Set<string>
}

/**
 * Answers requests that no route takes: 405 with the methods that the path has, as RFC 9110 section 15.5.6 asks for, or 404. Must be
 * called before the routes are mounted.
 */
export function refuseUnknown(server: FastifyInstance): void {
  const known = new Map<string, Known>()
  server.addHook('onRoute', ({ url, method }) => {
    const key = url.replaceAll(/:\w+/g, ':')
    const entry = known.get(key) ?? {
      segments: segmentsOf(key).map((part) => (part === ':' ? null : part)),
      methods: new Set(),
    }
    for (const name of typeof method === 'string' ? [method] : method) entry.methods.add(name)
    known.set(key, entry)
  })
  // Before a body is looked at: a QUERY without a Content-Type would be a 400.
  server.addHook('onRequest', async (request) => {
    if (!request.is404) return
    const path = segmentsOf(request.url.split('?', 1)[0] ?? '')
    const found = [...known.values()].filter(({ segments }) => matches(segments, path))
    const methods = [...new Set(found.flatMap((entry) => [...entry.methods]))].toSorted()
    if (methods.length === 0) throw notFound()
    throw new Refusal(405, 'method_not_allowed', `This path has no ${request.method}; it has ${methods.join(', ')}.`, {
      headers: { allow: methods.join(', ') },
    })
  })
}

function segmentsOf(path: string): string[] {
  return path.replace(/\/$/, '').split('/')
}

function matches(segments: readonly (string | null)[], path: readonly string[]): boolean {
  return (
    segments.length === path.length &&
    segments.every((part, index) => (part === null ? path[index] !== '' : part === path[index]))
  )
}
