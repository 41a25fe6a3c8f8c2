import type { Dialect } from '../dialect.ts'

/**
 * Autoflex10, the callback of a long operation: a GET whose one parameter is the secret id under which the caller then
 * fetches the result. Nothing is signed; an id that cannot be guessed and the caller's own token protect it.
 *
 * Source: Autoflex10 REST API, "How does the webhook work?". Its sample splits the URL at the first `=`.
 */
export const autoflex: Dialect = {
  name: 'autoflex',
  title: 'Autoflex10',
  version: 1,
  absent: ['id', 'type', 'payload'],
  request: { method: 'GET', query: { id: { $: 'claim' } } },
  body: { kind: 'none' },
  signatures: [],
}
