/** Dialects that the snippets have to print and that stand nowhere else: asymmetric keys, and fields signed in every place. */
import type { Dialect } from '@posthorn/wire'

const body = { kind: 'payload' } as const
const base = { version: 1, absent: ['id', 'type'] } as const

export const snippetDialects: readonly Dialect[] = [
  {
    ...base,
    name: 'ed25519-list',
    title: 'Standard Webhooks, asymmetric',
    absent: ['type'],
    request: {
      method: 'POST',
      contentType: 'application/json',
      headers: { 'webhook-id': { $: 'id' }, 'webhook-timestamp': { $: 'sentAt', as: 'unix' } },
    },
    body,
    signatures: [
      {
        algorithm: 'ed25519',
        key: { encoding: 'base64', prefix: 'whsk_', publicPrefix: 'whpk_', scope: 'endpoint' },
        over: [{ $: 'id' }, '.', { $: 'sentAt', as: 'unix' }, '.', { $: 'body' }],
        encoding: 'base64',
        toleranceSeconds: 300,
        header: 'webhook-signature',
        format: { list: { version: 'v1a' } },
      },
    ],
  },
  {
    ...base,
    name: 'ed25519-hex',
    title: 'Ed25519 in hex, with two encodings',
    request: { method: 'POST', headers: { 'x-time': { $: 'sentAt', as: 'isoMs', prefix: 'at ' } } },
    body,
    signatures: [
      {
        algorithm: 'ed25519',
        key: { encoding: 'hex', scope: 'app' },
        over: [{ $: 'body' }, { $: 'sentAt', as: 'isoMs' }],
        encoding: 'hex',
        accepts: ['hex', 'base64'],
        toleranceSeconds: 60,
        header: 'x-sig',
        format: { pairs: { separator: ',', signature: 'sig', several: true } },
      },
    ],
  },
  {
    ...base,
    name: 'sha512-prefix',
    title: 'HMAC-SHA512 in base64, behind a prefix',
    params: { 'tenant-Name': { required: true, description: 'The tenant.' } },
    request: {
      method: 'POST',
      headers: { 'x-tenant': { $: 'param.tenant-Name', prefix: 'tenant.' }, 'x-at': { $: 'occurredAt', as: 'iso' } },
    },
    body,
    signatures: [
      {
        algorithm: 'hmac-sha512',
        key: { encoding: 'base64', prefix: 'key.', minBytes: 16, scope: 'endpoint' },
        over: [{ $: 'param.tenant-Name' }, '\n', { $: 'occurredAt', as: 'iso' }, '\n', { $: 'body' }],
        encoding: 'base64',
        header: 'x-sig',
        format: { bare: { prefix: 'sha512=' } },
      },
    ],
  },
  {
    ...base,
    name: 'two-times',
    title: 'Two signatures that each say when, and an algorithm',
    request: { method: 'POST' },
    body,
    signatures: [1, 2].map((number) => ({
      algorithm: 'hmac-sha256' as const,
      key: { encoding: 'utf8' as const, prefix: 'sk_', scope: 'endpoint' as const },
      over: [{ $: 'sentAt' as const, as: 'iso' as const }, '|', { $: 'body' as const }],
      encoding: 'hex' as const,
      accepts: ['base64' as const],
      toleranceSeconds: 30,
      header: `x-sig-${number}`,
      format: { pairs: { separator: ',' as const, time: 't', signature: 's' } },
      algorithmHeader: { name: `x-algorithm-${number}`, value: 'sha256', accepts: ['sha256', 'SHA256'] },
    })),
  },
  {
    ...base,
    name: 'signed-get',
    title: 'A GET that is signed, with what it is about in the query',
    absent: ['id', 'type', 'payload'],
    request: { method: 'GET', query: { 'the claim': { $: 'claim', prefix: 'c:' }, at: { $: 'sentAt', as: 'unixMs' } } },
    body: { kind: 'none' },
    signatures: [
      {
        algorithm: 'hmac-sha256',
        key: { encoding: 'hex', minBytes: 8, scope: 'endpoint' },
        over: ['GET ', { $: 'claim', prefix: 'claim=' }, '&', { $: 'sentAt', as: 'unixMs' }],
        encoding: 'hex',
        toleranceSeconds: 60,
        header: 'authorization',
        format: { bare: { prefix: 'HMAC=' } },
      },
    ],
  },
  {
    ...base,
    name: 'curve-list',
    title: 'ECDSA, several signatures',
    request: { method: 'POST' },
    body,
    signatures: [
      {
        algorithm: 'ecdsa-p256',
        key: { encoding: 'base64', prefix: 'ecsk_', publicPrefix: 'ecpk_', scope: 'endpoint' },
        over: [{ $: 'body' }],
        encoding: 'base64',
        header: 'x-sig',
        format: { list: { version: 'e1' } },
      },
    ],
  },
]
