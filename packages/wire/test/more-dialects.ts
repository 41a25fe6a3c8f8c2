/** Dialects that no vendor in the list needs yet: together they use every algorithm, format, form and place. */
import type { Dialect } from '@posthorn/wire'

const key = { encoding: 'utf8', scope: 'endpoint' } as const
const body = { kind: 'payload' } as const
const base = { title: 'Test', version: 1, signatures: [] as Dialect['signatures'] }

export const moreDialects: readonly Dialect[] = [
  {
    ...base,
    name: 'several-pairs',
    request: {
      method: 'POST',
      contentType: 'application/json',
      headers: {
        'x-event': { $: 'type' },
        'x-attempt': { $: 'attempt', omit: 'firstAttempt' },
        'x-reason': { $: 'lastError', omit: 'absent' },
      },
    },
    body: {
      kind: 'json',
      shape: {
        meta: { key: { $: 'id' }, version: 2, kind: null },
        list: ['constant', { text: { $: 'payload', as: 'jsonString' } }],
      },
    },
    signatures: [
      {
        algorithm: 'hmac-sha512',
        key,
        over: ['v0:', { $: 'sentAt', as: 'unixMs' }, ':', { $: 'body' }],
        encoding: 'base64',
        toleranceSeconds: 60,
        header: 'x-signed',
        format: { pairs: { separator: ';', time: 'ts', signature: 'h1', several: true } },
      },
    ],
  },
  {
    ...base,
    name: 'hub',
    absent: [],
    request: {
      method: 'PUT',
      contentType: 'application/json',
      headers: { 'x-delivery': { $: 'id', as: 'uuid' }, 'x-event': { $: 'type', prefix: 'acme.' }, 'x-fixed': 'yes' },
    },
    body,
    signatures: [
      {
        algorithm: 'hmac-sha1',
        key,
        over: [{ $: 'body' }],
        encoding: 'hex',
        header: 'x-hub-signature',
        format: { bare: { prefix: 'sha1=' } },
      },
      {
        algorithm: 'hmac-sha256',
        key,
        over: [{ $: 'body' }],
        encoding: 'hex',
        header: 'x-hub-signature-256',
        format: { bare: { prefix: 'sha256=' } },
      },
    ],
  },
  {
    ...base,
    name: 'whole-request',
    absent: ['type'],
    request: {
      method: 'POST',
      contentType: 'application/json',
      headers: { 'x-time': { $: 'sentAt', as: 'unix' } },
      query: { id: { $: 'id' } },
    },
    body,
    signatures: [
      {
        algorithm: 'hmac-sha384',
        key: { encoding: 'hex', scope: 'endpoint' },
        over: [{ $: 'method' }, { $: 'url' }, { $: 'body' }, { $: 'sentAt', as: 'unix' }],
        encoding: 'base64',
        header: 'x-sig',
        format: { bare: {} },
      },
    ],
  },
  {
    ...base,
    name: 'curve',
    absent: ['id', 'type'],
    request: { method: 'POST', headers: { 'x-time': { $: 'sentAt', as: 'unix' } } },
    body,
    signatures: [
      {
        algorithm: 'ecdsa-p256',
        key: { encoding: 'base64', scope: 'endpoint' },
        over: [{ $: 'sentAt', as: 'unix' }, { $: 'body' }],
        encoding: 'base64',
        header: 'x-sig',
        format: { bare: {} },
      },
    ],
  },
  {
    ...base,
    name: 'token',
    request: { method: 'POST' },
    body: {
      kind: 'json',
      shape: {
        outer: {
          id: { $: 'id', as: 'base62' },
          '...': { $: 'payload' },
          at: { $: 'acceptedAt', as: 'unixMs' },
          was: { $: 'occurredAt', as: 'unix' },
        },
        type: { $: 'type' },
      },
    },
    signatures: [
      { algorithm: 'shared-secret', key, over: [], encoding: 'hex', header: 'x-token', format: { bare: {} } },
    ],
  },
]
