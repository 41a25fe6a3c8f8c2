import type { Dialect } from '../dialect.ts'

/**
 * Scalefusion, device management. Only the body is signed: a receiver recognises repeats by the request id.
 *
 * Source: Scalefusion help, "Webhooks" (5 January 2024), and receivers in public code for the envelope.
 */
export const scalefusion: Dialect = {
  name: 'scalefusion',
  title: 'Scalefusion',
  version: 1,
  request: { method: 'POST', contentType: 'application/json' },
  body: {
    kind: 'json',
    shape: {
      id: { $: 'id', as: 'uuid' },
      event: { $: 'type' },
      created_at: { $: 'occurredAt', as: 'iso' },
      data: { $: 'payload' },
    },
  },
  signatures: [
    {
      algorithm: 'hmac-sha256',
      key: { encoding: 'utf8', scope: 'endpoint' },
      over: [{ $: 'body' }],
      encoding: 'hex',
      header: 'X-SF-Signature',
      format: { bare: {} },
    },
  ],
  receive: {
    replies: {
      accepted: { status: 200 },
      unsigned: { status: 406, body: 'Signatures mismatch!!' },
      refused: { status: 406, body: 'Signatures mismatch!!' },
    },
  },
}
