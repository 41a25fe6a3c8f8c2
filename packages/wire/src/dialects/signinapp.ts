import type { Dialect } from '../dialect.ts'

/**
 * Sign In App, visitors. The header of the signature holds the time of the attempt, which is signed with the body. The
 * vendor does not say what `pushed_at` is on a retry. Here the body is the same for every attempt of one push; a dialect
 * with `pushedAt: 'everyAttempt'` renews it.
 *
 * Source: Sign In App help, "Webhooks" (2024). `visitor.sign-in` and the maps that arrive as `[]` were seen in 2026.
 */
export const signinapp: Dialect = {
  name: 'signinapp',
  title: 'Sign In App',
  version: 2,
  request: { method: 'POST', contentType: 'application/json' },
  body: {
    kind: 'json',
    compact: true,
    shape: {
      event: { $: 'type' },
      event_at: { $: 'occurredAt', as: 'iso' },
      pushed_at: { $: 'pushedAt', as: 'iso' },
      // Not in every event that was seen: the reader of one without it has no id.
      idempotency_key: { $: 'id', as: 'base62', omit: 'absent' },
      '...': { $: 'payload' },
    },
  },
  signatures: [
    {
      algorithm: 'hmac-sha256',
      key: { encoding: 'utf8', optional: true, scope: 'endpoint' },
      over: [{ $: 'sentAt', as: 'unix' }, '.', { $: 'body' }],
      encoding: 'hex',
      // The vendor names no tolerance. A receiver whose clock is right should set 300 seconds.
      header: 'x-signinapp-webhook-signature',
      format: { pairs: { separator: ',', time: 't', signature: 's1' } },
    },
  ],
  receive: {
    aliases: { 'visitor.sign-in': 'visitor.signin', 'visitor.sign-out': 'visitor.signout' },
    emptyMaps: ['visitor.additional', 'visitor.personal_fields'],
  },
}
