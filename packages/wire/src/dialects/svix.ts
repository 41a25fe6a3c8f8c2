import type { Dialect } from '../dialect.ts'

/**
 * Svix: the same as Standard Webhooks, with the header names that Svix receivers expect.
 *
 * Source: https://docs.svix.com/receiving/verifying-payloads/how-manual
 */
export const svix: Dialect = {
  name: 'svix',
  title: 'Svix',
  version: 1,
  absent: ['type'],
  request: {
    method: 'POST',
    contentType: 'application/json',
    headers: { 'svix-id': { $: 'id' }, 'svix-timestamp': { $: 'sentAt', as: 'unix' } },
  },
  body: { kind: 'payload' },
  signatures: [
    {
      algorithm: 'hmac-sha256',
      key: { encoding: 'base64', prefix: 'whsec_', minBytes: 24, scope: 'endpoint' },
      over: [{ $: 'id' }, '.', { $: 'sentAt', as: 'unix' }, '.', { $: 'body' }],
      encoding: 'base64',
      toleranceSeconds: 300,
      header: 'svix-signature',
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
