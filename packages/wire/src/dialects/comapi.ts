import type { Dialect } from '../dialect.ts'

/**
 * Enterprise Communications API, formerly Comapi. One event is an object, several are an array, and the signature is an
 * HMAC-SHA1 in lower-case hex.
 *
 * Source: the vendor's tutorial "Webhooks with Ruby on Rails", and receivers in public code for the envelope.
 */
export const comapi: Dialect = {
  name: 'comapi',
  title: 'Enterprise Communications API (Comapi)',
  version: 1,
  params: {
    accountId: { required: true, description: 'The number of the account.' },
    apiSpaceId: { required: true, description: 'The UUID of the API space.' },
    revision: { description: 'Counts the changes of one message or profile: a later event has a higher one.' },
    etag: { description: 'The version of a profile or conversation, with its quotes: "20-1a2b3c".' },
  },
  request: { method: 'POST', contentType: 'application/json' },
  body: {
    kind: 'json',
    shape: {
      eventId: { $: 'id', as: 'uuid' },
      accountId: { $: 'param.accountId', as: 'number' },
      apiSpaceId: { $: 'param.apiSpaceId' },
      name: { $: 'type' },
      payload: { $: 'payload' },
      revision: { $: 'param.revision', as: 'number', omit: 'absent' },
      etag: { $: 'param.etag', omit: 'absent' },
      timestamp: { $: 'occurredAt', as: 'isoMs' },
    },
    batch: { form: 'objectOrArray', maxMessages: 500, maxBytes: 1_000_000, maxWaitMs: 60_000 },
  },
  signatures: [
    {
      algorithm: 'hmac-sha1',
      key: { encoding: 'utf8', scope: 'endpoint' },
      over: [{ $: 'body' }],
      encoding: 'hex',
      header: 'X-Comapi-Signature',
      format: { bare: {} },
    },
  ],
  receive: {
    // This is the id in events of messages, profiles, conversations and chats. Receipts in a conversation use another member.
    entity: 'id',
    revision: 'param.revision',
    replies: {
      accepted: { status: 200, body: 'Data accepted' },
      malformed: { status: 400, body: 'Bad request - No JSON body found!' },
      unsigned: { status: 401, body: 'Invalid request: No HMAC value found!' },
      refused: { status: 401, body: 'Invalid request: HMAC hash check failed!' },
    },
  },
}
