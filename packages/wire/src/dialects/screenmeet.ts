import type { Dialect } from '../dialect.ts'

/**
 * ScreenMeet, remote support sessions. The body is an array of events, sent as plain text so that no server parses it
 * before the signature has been checked.
 *
 * Source: ScreenMeet documentation, "Configuring Webhooks for Data Sync" (17 August 2021) and "Webhook Data Dictionary".
 * They do not say how the signature is encoded: hex is written, and both hex and base64 are read.
 */
export const screenmeet: Dialect = {
  name: 'screenmeet',
  title: 'ScreenMeet',
  version: 1,
  absent: ['id'],
  request: { method: 'POST', contentType: 'text/plain' },
  body: {
    kind: 'json',
    shape: { type: { $: 'type' }, ts: { $: 'occurredAt', as: 'isoMs' }, '...': { $: 'payload' } },
    batch: { form: 'array', maxMessages: 100, maxBytes: 1_000_000, maxWaitMs: 5000 },
  },
  signatures: [
    {
      algorithm: 'hmac-sha256',
      key: { encoding: 'utf8', scope: 'app' },
      over: [{ $: 'body' }],
      encoding: 'hex',
      accepts: ['hex', 'base64'],
      header: 'x-signature',
      format: { bare: {} },
      algorithmHeader: { name: 'x-signature-algo', value: 'sha256' },
    },
  ],
}
