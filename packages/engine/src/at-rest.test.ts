import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Engine } from './engine.ts'
import { systemRandom } from './ids.ts'
import { open } from './open.ts'
import type { OpenOptions } from './options.ts'
import type { Transport, TransportRequest } from './transport/transport.ts'

const timings = { dnsMs: null, connectMs: null, firstByteMs: null, totalMs: 1 }
const secretKey = Buffer.from(systemRandom.bytes(32)).toString('base64')
let folder: string
let sent: TransportRequest[]

/** Takes everything and answers 200. */
const receiver: Transport = {
  schemes: ['https'],
  check: (url) => ({ ok: true, url }),
  send: async (request) => {
    sent.push(request)
    const response = { code: 200, headers: [], body: new Uint8Array(), bodyTruncated: false }
    return { kind: 'accepted', response, timings, remoteAddress: null }
  },
  probe: async () => ({ steps: [], remoteAddress: null, tls: null }),
  close: async () => undefined,
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'posthorn-test-'))
  sent = []
})

afterEach(() => {
  rmSync(folder, { recursive: true, force: true })
})

function openHere(options: Partial<OpenOptions> = {}): Promise<Engine> {
  return open({ database: `sqlite:${folder}`, secretKey, threads: false, transport: receiver, ...options })
}

/** Files of the folder, write-ahead logs among them, that hold this text, as it is or in base64 (at any of its offsets). */
function filesWith(text: string): string[] {
  const forms = [0, 1, 2].map((offset) => {
    const encoded = Buffer.from('\0'.repeat(offset) + text).toString('base64')
    return encoded.slice(offset === 0 ? 0 : 4, -4)
  })
  return readdirSync(folder).filter((name) => {
    const bytes = readFileSync(join(folder, name))
    return [text, ...forms].some((form) => bytes.includes(form))
  })
}

describe('K2: a stolen data folder', () => {
  test('holds no secret and no credential in clear: neither the current ones nor those that were replaced', async () => {
    const raw = Array.from({ length: 4 }, () => Buffer.from(systemRandom.bytes(24)).toString('base64'))
    const [first, second, third, key] = raw.map((text) => `whsec_${text}`)
    const headerValues = ['Bearer canary-header-one', 'Bearer canary-header-two']
    const engine = await openHere()
    await engine.applications.create('org_test', { name: 'Acme', uid: 'acme' })
    const input = {
      url: 'https://example.com/',
      headers: { Authorization: headerValues[0] ?? '' },
      secret: first ?? null,
    }
    // What a write gave is kept for a repeat of it.
    const write = (name: string) => ({ idempotency: { key: name, fingerprint: '' } })
    const { id } = await engine.endpoints.create('org_test', 'acme', input, write('create'))
    await engine.applications.create('org_test', { name: 'Shared', uid: 'shared', dialect: 'screenmeet' })
    await engine.signingKeys.reset('org_test', 'shared', { key: key ?? '' }, write('reset'))
    await engine.send('org_test', 'acme', { eventType: 'a', payload: '{"visible":"payload-canary"}' })
    await engine.idle()
    await engine.endpoints.rotateSecret('org_test', 'acme', id, { secret: second ?? null }, write('rotate'))
    await engine.endpoints.update('org_test', 'acme', id, { headers: { Authorization: headerValues[1] ?? '' } })
    await engine.endpoints.update('org_test', 'acme', id, { secret: third ?? null })
    await engine.send('org_test', 'acme', { eventType: 'a', payload: '{}' })
    await engine.idle()
    await engine.attempts.list('org_test', 'acme')

    // They are in use.
    expect(sent.map(({ headers }) => headers.find(([name]) => name === 'Authorization')?.[1])).toEqual(headerValues)
    // What is not secret is found, so what is would be too: now, with the logs, and after they were folded in.
    for (const moment of ['open', 'closed']) {
      if (moment === 'closed') await engine.close()
      expect(filesWith('payload-canary')).not.toEqual([])
      expect(filesWith(id)).not.toEqual([])
      for (const canary of [...raw, ...headerValues, 'canary-header']) expect(filesWith(canary), moment).toEqual([])
      expect(filesWith(secretKey)).toEqual([])
    }
  })

  test('opens with the key that it was made with, and says so when it is another one', async () => {
    const engine = await openHere()
    await engine.applications.create('org_test', { name: 'Acme', uid: 'acme' })
    const { id } = await engine.endpoints.create('org_test', 'acme', {
      url: 'https://example.com/',
      headers: { 'X-A': 'b' },
    })
    const secret = (await engine.endpoints.secrets('org_test', 'acme', id)).secret
    await engine.close()

    const another = Buffer.from(systemRandom.bytes(32)).toString('base64')
    await expect(openHere({ secretKey: another })).rejects.toMatchObject({
      code: 'database_refused',
      message: expect.stringContaining('POSTHORN_SECRET_KEY') as string,
    })
    const again = await openHere()
    expect((await again.endpoints.secrets('org_test', 'acme', id)).secret).toBe(secret)
    expect((await again.endpoints.get('org_test', 'acme', id)).headers).toEqual({ 'X-A': 'b' })
    await again.close()
  })

  test('made without a key keeps one beside the databases, for its owner only', async () => {
    const { secretKey: _none, ...options } = {
      secretKey,
      database: `sqlite:${folder}`,
      threads: false,
      transport: receiver,
    }
    const engine = await open(options)
    await engine.applications.create('org_test', { name: 'Acme', uid: 'acme' })
    const { id } = await engine.endpoints.create('org_test', 'acme', { url: 'https://example.com/' })
    const secret = (await engine.endpoints.secrets('org_test', 'acme', id)).secret
    await engine.close()
    const again = await open(options)
    expect((await again.endpoints.secrets('org_test', 'acme', id)).secret).toBe(secret)
    await again.close()
  })
})
