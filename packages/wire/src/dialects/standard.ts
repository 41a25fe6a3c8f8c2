import type { Dialect } from '../dialect.ts'

/**
 * Standard Webhooks: three headers, and the payload as the body.
 *
 * Source: https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 */
export const standard: Dialect = {
  name: 'standard',
  title: 'Standard Webhooks',
  version: 1,
  absent: ['type'],
  request: {
    method: 'POST',
    contentType: 'application/json',
    headers: { 'webhook-id': { $: 'id' }, 'webhook-timestamp': { $: 'sentAt', as: 'unix' } },
  },
  body: { kind: 'payload' },
  signatures: [
    {
      algorithm: 'hmac-sha256',
      key: { encoding: 'base64', prefix: 'whsec_', minBytes: 24, scope: 'endpoint' },
      over: [{ $: 'id' }, '.', { $: 'sentAt', as: 'unix' }, '.', { $: 'body' }],
      encoding: 'base64',
      toleranceSeconds: 300,
      header: 'webhook-signature',
      format: { list: { version: 'v1' } },
      // 32 bytes of seed and 32 public ones; a receiver needs the public ones only.
      otherKeys: [
        {
          algorithm: 'ed25519',
          key: { encoding: 'base64', prefix: 'whsk_', publicPrefix: 'whpk_' },
          version: 'v1a',
        },
      ],
    },
  ],
}
