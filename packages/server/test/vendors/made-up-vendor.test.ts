import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createClient, type Client } from '@posthorn/api'
import { idToBase62, verify, type Dialect, type VerifyResult } from '@posthorn/wire'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { certificates, type Certificates } from '../../../cli/src/dev/certificates.ts'
import { missing } from '../../../wire/test/installed.ts'
import { runSnippets, type SnippetJob } from '../../../wire/test/snippets/run.ts'
import type { RunningServer } from '../../src/index.ts'
import { request, startTestServer, token } from '../support.ts'
import { refusalOf } from './refusal.ts'
import { startWireReceiver, type Arrival, type WireReceiver } from './wire-receiver.ts'

// Parcelbird does not exist, and no line of code knows it: its whole system is the JSON in test/vendor/parcelbird. Here it goes
// through everything that a real vendor goes through.

const folder = fileURLToPath(new URL('../../../../test/vendor', import.meta.url))

describe('a vendor that does not exist', () => {
  let certificate: Certificates
  let server: RunningServer
  let format: Dialect
  let count = 0

  beforeAll(async () => {
    const made = mkdtempSync(join(tmpdir(), 'posthorn-vendors-'))
    // It allows https only, so the server trusts a certificate that is made for the occasion.
    certificate = await certificates(made, Date.now())
    server = await startTestServer({ POSTHORN_PRESETS: folder, POSTHORN_EXTRA_CA: certificate.caFile })
    rmSync(made, { recursive: true })
    const { definition } = await (await customer()).client.dialect.get({ params: { dialect_name: 'parcelbird' } })
    format = definition as unknown as Dialect
  })
  afterAll(() => server?.close())

  interface Customer {
    readonly client: Client
    readonly bearer: string
    readonly params: { readonly app_id: string }
  }

  type Facts = Record<string, string | number | boolean>
  const ready: Facts = { contract: 'parcel', depots: 2 }

  async function customer(facts = ready, values: Record<string, string> = { depot: 'GRL-1' }): Promise<Customer> {
    const bearer = await token({ subject: `org_parcelbird${++count}` })
    const client = createClient({ url: server.url, token: bearer })
    const { id: app_id } = await client.application.create({ body: { name: 'Acme', facts, params: values } })
    await client.preset.apply({ params: { app_id }, body: { name: 'parcelbird' } })
    return { client, bearer, params: { app_id } }
  }

  const secret = `pbk_${Buffer.alloc(32, 'p').toString('base64')}`

  interface Perch {
    readonly receiver: WireReceiver
    readonly params: { readonly app_id: string; readonly endpoint_id: string }
  }

  /** An endpoint in the steps that this vendor has: saved, activated, subscribed. */
  async function perch(
    { client, params }: Customer,
    eventTypes: string[] = ['parcel.collected', 'parcel.delivered', 'customs.held'],
    more: object = {},
  ): Promise<Perch> {
    const receiver = await startWireReceiver(certificate)
    const url = `${receiver.origin}/perch`
    const { id: endpoint_id } = await client.endpoint.create({ params, body: { url, secret, ...more } })
    const endpoint = { ...params, endpoint_id }
    await client.endpoint.activate({ params: endpoint })
    await client.endpoint.patch({ params: endpoint, body: { eventTypes } })
    return { receiver, params: endpoint }
  }

  /** The vendor's own example of an event. */
  async function sample({ client }: Customer, name: string): Promise<Record<string, unknown>> {
    const { sample: found } = await client.eventType.get({ params: { event_type_name: name } })
    return found as Record<string, unknown>
  }

  async function send(who: Customer, eventType = 'parcel.collected', more: object = {}): Promise<string> {
    const body = { eventType, payload: await sample(who, eventType), ...more }
    return (await who.client.message.create({ params: who.params, body })).id
  }

  async function refused(call: Promise<unknown>): Promise<{ status: number; code: string; text: string }> {
    const { status, code, message } = await refusalOf(call)
    return { status, code, text: message }
  }

  const check = ({ headers, body }: Arrival, key = secret): Promise<VerifyResult> =>
    verify({ headers, body }, { dialect: format, secret: key })

  const numbers = (arrivals: readonly Arrival[]) =>
    arrivals
      .filter(({ method }) => method !== 'HEAD')
      .map(({ body }) => (JSON.parse(body.toString()) as { parcel: { number: string } }).parcel.number)
      .toSorted((a, b) => (a < b ? -1 : 1))

  describe('what the API shows', () => {
    it('lists it beside those that come along', async () => {
      const { client } = await customer()
      const { data } = await client.preset.list({ query: { limit: 250 } })
      expect(data.map(({ name }) => name)).toEqual(expect.arrayContaining(['parcelbird', 'scalefusion', 'comapi']))
      expect(data.find(({ name }) => name === 'parcelbird')).toEqual({
        name: 'parcelbird',
        title: 'Parcelbird',
        description: expect.stringContaining('does not exist'),
        dialect: 'parcelbird',
        eventTypes: 4,
        languages: ['en', 'de'],
      })
    })

    it('shows its policy, rules, platforms, event types, words and how sure each is', async () => {
      const { client } = await customer()
      const json = JSON.parse(readFileSync(join(folder, 'parcelbird/preset.json'), 'utf8')) as Record<string, unknown>
      const shown = await client.preset.get({ params: { preset_name: 'parcelbird' } })
      for (const name of ['policy', 'params', 'platforms', 'words'] as const)
        expect(shown[name], name).toMatchObject(json[name] as object)
      expect(shown.rules).toMatchObject({ activation: 'step', subscription: 'explicit', maxEndpoints: 2 })
      expect(shown.rules.requires.map(({ kind }) => kind)).toEqual(['plan', 'readiness', 'readiness'])
      expect(shown.eventTypes.map(({ name, platforms }) => [name, platforms])).toEqual([
        ['parcel.collected', ['Road', 'Rail', 'Air', 'Sea']],
        ['parcel.delayed', ['Road', 'Rail', 'Air']],
        ['parcel.delivered', ['Road']],
        ['customs.held', ['Air', 'Sea']],
      ])
      expect(shown.sources['platforms/Sea']).toEqual({ mark: 'P', note: 'a ship was seen' })
    })

    it('shows its wire format among the dialects, for reading only', async () => {
      const { client } = await customer()
      const params = { dialect_name: 'parcelbird' }
      const json = JSON.parse(readFileSync(join(folder, 'parcelbird/dialect.json'), 'utf8')) as object
      expect(await client.dialect.get({ params })).toMatchObject({
        builtIn: true,
        version: 1,
        versions: [],
        params: { depot: { required: true }, trace: { required: false } },
        definition: json,
      })
      expect(await refused(client.dialect.put({ params, body: { ...json } }))).toMatchObject({
        status: 409,
        code: 'read_only',
      })
    })

    it('makes an application one of its customers, with event types, schemas and samples', async () => {
      const { client, params } = await customer()
      expect(await client.application.get({ params })).toMatchObject({ preset: 'parcelbird', facts: ready })
      const { data } = await client.eventType.list({ query: { with_content: true } })
      expect(data.map(({ name }) => name)).toEqual([
        'customs.held',
        'parcel.collected',
        'parcel.delayed',
        'parcel.delivered',
      ])
      expect(data.find(({ name }) => name === 'parcel.delivered')).toMatchObject({
        title: 'Parcel delivered',
        category: 'On the way',
        platforms: ['Road'],
        sample: { receivedBy: 'Frau Æbli' },
        schemas: { '1': { required: ['number', 'step', 'place', 'receivedBy'] } },
      })
    })
  })

  describe('its rules', () => {
    const url = 'https://hooks.example.com/perch'

    it('has nothing configured under a contract for letters, and everything under another', async () => {
      const { client, params } = await customer({ contract: 'letter', depots: 1 })
      const create = () => client.endpoint.create({ params, body: { url } })
      expect(await refused(create())).toEqual({
        status: 403,
        code: 'plan_required',
        text: 'A contract for letters has no webhooks. Sign a contract for parcels or freight. (Of this application contract is "letter".)',
      })
      await client.application.patch({ params, body: { facts: ready } })
      const { id: endpoint_id } = await create()
      // The contract counts at every step that asks for it.
      await client.application.patch({ params, body: { facts: { contract: 'letter' } } })
      const endpoint = { ...params, endpoint_id }
      expect(await refused(client.endpoint.activate({ params: endpoint }))).toMatchObject({ code: 'plan_required' })
      const moved = client.endpoint.patch({ params: endpoint, body: { url: `${url}/2` } })
      expect(await refused(moved)).toMatchObject({ code: 'plan_required' })
      await client.application.patch({ params, body: { facts: ready } })
      expect(await client.endpoint.activate({ params: endpoint })).toMatchObject({ disabled: false })
    })

    it('begins off, and is activated in a step of its own before it is subscribed to anything', async () => {
      const { client, params } = await customer()
      const eventTypes = ['parcel.collected']
      const created = client.endpoint.create({ params, body: { url, disabled: false } })
      expect(await refused(created)).toMatchObject({ status: 409, code: 'activation_required' })
      const early = client.endpoint.create({ params, body: { url, eventTypes } })
      expect(await refused(early)).toMatchObject({ status: 409, code: 'activation_required' })
      const { id: endpoint_id, disabled } = await client.endpoint.create({ params, body: { url } })
      expect(disabled).toBe(true)
      const endpoint = { ...params, endpoint_id }
      expect(await refused(client.endpoint.patch({ params: endpoint, body: { eventTypes } }))).toMatchObject({
        code: 'activation_required',
        text: expect.stringContaining('With Parcelbird an endpoint is activated before'),
      })
      await client.endpoint.activate({ params: endpoint })
      expect(await client.endpoint.patch({ params: endpoint, body: { eventTypes } })).toMatchObject({ eventTypes })
    })

    it('sends nothing to who subscribed to nothing', async () => {
      const who = await customer()
      const { receiver } = await perch(who, [])
      await send(who)
      await server.engine.idle()
      expect(receiver.arrivals).toEqual([])
    })

    it('needs a depot before anything is subscribed to', async () => {
      const { client, params } = await customer({ contract: 'freight', depots: 0 })
      const { id: endpoint_id } = await client.endpoint.create({ params, body: { url } })
      const endpoint = { ...params, endpoint_id }
      await client.endpoint.activate({ params: endpoint })
      const subscribe = () => client.endpoint.patch({ params: endpoint, body: { eventTypes: ['customs.held'] } })
      expect(await refused(subscribe())).toEqual({
        status: 409,
        code: 'not_ready',
        text: 'There is no depot that parcels could leave. Register a depot. (Of this application depots is 0.)',
      })
      await client.application.patch({ params, body: { facts: { contract: 'freight', depots: 1 } } })
      expect(await subscribe()).toMatchObject({ eventTypes: ['customs.held'] })
    })

    it('sends nothing for freight before customs has its papers', async () => {
      const who = await customer({ contract: 'freight', depots: 1 })
      expect(await refused(send(who))).toEqual({
        status: 409,
        code: 'not_ready',
        text: 'Freight does not move before customs has its papers. File the papers with customs. (Of this application contract is "freight" and customsPapers is not known.)',
      })
      const facts = { contract: 'freight', depots: 1, customsPapers: true }
      await who.client.application.patch({ params: who.params, body: { facts } })
      await send(who)
    })

    it('has two endpoints at most', async () => {
      const { client, params } = await customer()
      const create = () => client.endpoint.create({ params, body: { url } })
      const { id: endpoint_id } = await create()
      await create()
      expect(await refused(create())).toMatchObject({
        status: 409,
        code: 'endpoint_limit',
        text: expect.stringContaining('Parcelbird has at most 2 endpoints per application'),
      })
      await client.endpoint.delete({ params: { ...params, endpoint_id } })
      await create()
    })

    it('takes https only, and secrets of its own length and kind', async () => {
      const { client, params } = await customer()
      const http = client.endpoint.create({ params, body: { url: 'http://hooks.example.com/perch' } })
      expect(await refused(http)).toMatchObject({ status: 422, text: expect.stringMatching(/^url: .*https/) })
      for (const wrong of ['pbk_c2hvcnQ=', 'a phrase that is long enough, and no base64 at all'])
        expect(await refused(client.endpoint.create({ params, body: { url, secret: wrong } }))).toMatchObject({
          status: 422,
          text: expect.stringMatching(/^secret: /),
        })
      const { id: endpoint_id } = await client.endpoint.create({ params, body: { url } })
      const made = await client.endpoint.getSecret({ params: { ...params, endpoint_id } })
      expect(made.key).toMatch(/^pbk_[A-Za-z0-9+/]{43}=$/)
    })

    it('takes facts of the kinds that it declares', async () => {
      const { client, params } = await customer()
      const wrong = client.application.patch({ params, body: { facts: { ...ready, depots: 'two' } } })
      expect(await refused(wrong)).toMatchObject({
        status: 422,
        text: expect.stringContaining('Parcelbird knows depots as a number'),
      })
    })
  })

  describe('trying an endpoint', () => {
    it('mocks an event with its example, which is not logged', async () => {
      const who = await customer()
      const { receiver, params } = await perch(who)
      receiver.answer = () => ({ status: 200, body: 'tweet' })
      const mocked = await who.client.endpoint.mock({ params, body: { eventType: 'parcel.delivered' } })
      expect(mocked).toMatchObject({
        request: { method: 'PUT', url: `${receiver.origin}/perch` },
        response: { status: 200, body: 'tweet' },
        error: null,
      })
      const [one] = receiver.arrivals
      expect(await check(one!)).toMatchObject({
        ok: true,
        messages: [{ type: 'parcel.delivered', payload: await sample(who, 'parcel.delivered') }],
      })
      // The value that only a message has comes from the vendor's example.
      expect(JSON.parse(mocked.request.body!)).toMatchObject({ depot: 'GRL-1', trace: 't-7f3a' })
      expect((await who.client.log.list({ params: who.params })).data).toEqual([])
    })

    it('mocks an event that was edited, and refuses what the schema does not allow, with each place', async () => {
      const who = await customer()
      const { receiver, params } = await perch(who)
      const example = await sample(who, 'parcel.collected')
      const mock = (payload: Record<string, unknown>) =>
        who.client.endpoint.mock({ params, body: { eventType: 'parcel.collected', payload } })
      await mock({ ...example, weight: 0.5, number: 'PB000000007' })
      expect(numbers(receiver.arrivals)).toEqual(['PB000000007'])

      const wrong = { ...example, number: 'DHL 1', weight: -1, place: { city: 'Bern', country: 'Schweiz' }, colour: 7 }
      const { status, body } = await refusalOf(mock(wrong))
      expect(status).toBe(422)
      const { detail } = body as { detail: { loc: string[]; msg: string }[] }
      expect(new Set(detail.map(({ loc }) => loc.join('/')))).toEqual(
        new Set(['body/payload/number', 'body/payload/weight', 'body/payload/place.country', 'body/payload/colour']),
      )
      for (const { msg } of detail) expect(msg).toMatch(/^`[a-z.]+` .+\.$/)
      expect(receiver.arrivals).toHaveLength(1)
    })

    it('tests an endpoint with the message that the vendor says, after a look at address and TLS', async () => {
      const who = await customer()
      const { receiver, params } = await perch(who)
      const tested = await who.client.endpoint.test({ params })
      expect(tested).toMatchObject({ ok: true, eventType: 'parcel.delayed', message: { response: { status: 200 } } })
      expect(tested.steps.map(({ step, ok }) => [step, ok])).toEqual([
        ['address', true],
        ['dns', null],
        ['connect', true],
        ['tls', true],
        ['redirect', true],
      ])
      expect(tested.tls?.certificate).toMatchObject({ issuer: expect.any(String), daysLeft: expect.any(Number) })
      expect(numbers(receiver.arrivals)).toEqual(['PB000000000'])
      receiver.answer = () => ({ status: 403, body: 'broken seal' })
      expect(await who.client.endpoint.test({ params })).toMatchObject({
        ok: false,
        message: { response: { status: 403, body: 'broken seal' } },
      })
    })
  })

  describe('messages', () => {
    it('reach a receiver in its format, and verify', async () => {
      const who = await customer()
      const { receiver } = await perch(who)
      const payload = await sample(who, 'parcel.collected')
      const sent = await request(server.url, 'POST', `/api/v1/app/${who.params.app_id}/msg`, {
        token: who.bearer,
        body: `{"eventType": "parcel.collected", "params": {"trace": "t-1"}, "occurredAt": "2026-03-01T09:00:01.999Z",
          "payload": ${JSON.stringify(payload, null, 4)}}`,
      })
      expect(sent.status).toBe(202)
      const { id } = sent.json as { id: string }
      await server.engine.idle()
      expect(receiver.arrivals).toHaveLength(1)
      const [one] = receiver.arrivals
      expect(one).toMatchObject({
        method: 'PUT',
        headers: {
          'content-type': 'application/vnd.parcelbird+json',
          'parcelbird-flight': idToBase62(id),
          'parcelbird-topic': 'parcel.collected',
          'parcelbird-format': '1',
          'parcelbird-seal': expect.stringMatching(/^at=\d{10};seal=[A-Za-z0-9+/]{86}==$/),
        },
      })
      expect(one?.headers).not.toHaveProperty('parcelbird-try')
      const at = Date.parse('2026-03-01T09:00:01.999Z')
      expect(one?.body.toString()).toBe(JSON.stringify({ depot: 'GRL-1', at, trace: 't-1', parcel: payload }))
      expect(await check(one!)).toMatchObject({
        ok: true,
        messages: [{ id, type: 'parcel.collected', payload, params: { depot: 'GRL-1', trace: 't-1' } }],
      })
      expect(await check(one!, `pbk_${Buffer.alloc(32, 'q').toString('base64')}`)).toMatchObject({
        ok: false,
        code: 'signature_mismatch',
        status: 403,
      })
    })

    it('are refused without the value that the format asks for', async () => {
      const who = await customer(ready, {})
      const { receiver } = await perch(who)
      expect(await refused(send(who))).toMatchObject({
        status: 422,
        text: expect.stringContaining('Parcelbird needs a value for the parameter depot'),
      })
      await send(who, 'parcel.collected', { params: { depot: 'ZRH-2' } })
      await server.engine.idle()
      expect(JSON.parse(receiver.arrivals[0]!.body.toString())).toMatchObject({ depot: 'ZRH-2' })
    })

    it('say on a later attempt that it is one, and keep their bytes', async () => {
      const who = await customer()
      const { receiver } = await perch(who, ['parcel.collected'], { retrySchedule: [1, 1] })
      receiver.answer = () => ({ status: 500, body: '' })
      await send(who)
      await expect.poll(() => receiver.arrivals).toHaveLength(3)
      expect(receiver.arrivals.map(({ headers }) => headers['parcelbird-try'])).toEqual([undefined, '2', '3'])
      expect(new Set(receiver.arrivals.map(({ body }) => body.toString())).size).toBe(1)
      for (const one of receiver.arrivals) expect(await check(one)).toMatchObject({ ok: true })
    })

    it('end after the codes that it has for that, and otherwise wait as it says', async () => {
      const who = await customer()
      const [first, second] = [await perch(who), await perch(who)]
      first.receiver.answer = () => ({ status: 403, body: 'broken seal' })
      second.receiver.answer = () => ({ status: 500, body: '' })
      await send(who)
      await server.engine.idle()
      const query = (endpoint_id: string) => who.client.log.list({ params: who.params, query: { endpoint_id } })
      expect((await query(first.params.endpoint_id)).data).toMatchObject([{ code: 403, result: 'exhausted' }])
      const [failed] = (await query(second.params.endpoint_id)).data
      expect(failed).toMatchObject({ code: 500, result: 'failed' })
      const wait = Date.parse(failed!.nextAttempt!) - Date.parse(failed!.timestamp)
      expect(wait).toBeGreaterThan(1_400)
      // A busy machine adds to it.
      expect(wait).toBeLessThan(20_000)
    })

    it('pass a filter that was tried on the last ones', async () => {
      const who = await customer()
      const place = async (country: string, number: string) => ({
        payload: { ...(await sample(who, 'parcel.collected')), number, place: { city: 'Somewhere', country } },
      })
      const early = await send(who, 'parcel.collected', await place('CH', 'PB000000001'))
      await send(who, 'parcel.collected', await place('DE', 'PB000000002'))
      const filter = { place: { country: 'CH' } }
      const tried = await who.client.filter.dryRun({ params: who.params, body: { filter } })
      expect(tried).toMatchObject({ checked: 2, matched: 1 })
      expect(tried.messages.find(({ matches }) => matches)?.id).toBe(early)

      const { receiver } = await perch(who, ['parcel.collected'], { filter })
      await send(who, 'parcel.collected', await place('CH', 'PB000000003'))
      await send(who, 'parcel.collected', await place('DE', 'PB000000004'))
      await server.engine.idle()
      expect(numbers(receiver.arrivals)).toEqual(['PB000000003'])
    })

    it('exist on the platforms of the matrix only, and an endpoint may take some of them', async () => {
      const who = await customer()
      expect(await refused(send(who, 'customs.held', { platform: 'Road' }))).toMatchObject({
        status: 422,
        text: expect.stringContaining('customs.held does not exist on Road; it exists on Air, Sea.'),
      })
      expect((await refused(send(who, 'customs.held', { platform: 'Pigeon' }))).text).toContain(
        'There is no platform "Pigeon" with Parcelbird. There are: Road, Rail, Air, Sea.',
      )
      const { receiver, params } = await perch(who, ['parcel.collected'], { platforms: ['Air'] })
      const nowhere = who.client.endpoint.patch({ params, body: { eventTypes: ['parcel.delivered'] } })
      expect((await refused(nowhere)).text).toContain('parcel.delivered does not exist on Air; it exists on Road.')
      for (const [index, platform] of ['Road', 'Air', 'Sea', null].entries()) {
        const payload = { ...(await sample(who, 'parcel.collected')), number: `PB00000000${index}` }
        await send(who, 'parcel.collected', { platform, payload })
      }
      await server.engine.idle()
      expect(numbers(receiver.arrivals)).toEqual(['PB000000001'])
    })

    it('are found in the log by the id that the receiver saw', async () => {
      const who = await customer()
      const { receiver } = await perch(who)
      const ids = [await send(who), await send(who), await send(who)]
      await server.engine.idle()
      const flights = receiver.arrivals.map(({ headers }) => String(headers['parcelbird-flight']))
      expect(new Set(flights)).toEqual(new Set(ids.map((id) => idToBase62(id))))
      for (const id of ids) {
        const request_id = idToBase62(id)
        const { data } = await who.client.log.list({ params: who.params, query: { request_id } })
        expect(data).toMatchObject([{ msgId: id, requestId: request_id, code: 200, result: 'success' }])
      }
      expect(await who.client.log.summary({ params: who.params })).toEqual({ total: 3, success: 3, failed: 0 })
    })

    it('carry both signatures while a secret is replaced, and one afterwards', async () => {
      const who = await customer()
      const { receiver, params } = await perch(who)
      await who.client.endpoint.rotateSecret({ params, body: { gracePeriodSeconds: 60 } })
      const { key, next, previousUntil } = await who.client.endpoint.getSecret({ params })
      expect(key).not.toBe(secret)
      expect(next).toBeNull()
      expect(Date.parse(previousUntil!)).toBeGreaterThan(Date.now())
      await send(who)
      await server.engine.idle()
      const [both] = receiver.arrivals
      expect(both?.headers['parcelbird-seal']).toMatch(/^at=\d{10};seal=[^;]{88};seal=[^;]{88}$/)
      for (const one of [secret, key!]) expect(await check(both!, one)).toMatchObject({ ok: true })

      await who.client.endpoint.rotateSecret({ params, body: { gracePeriodSeconds: 0 } })
      const { key: third } = await who.client.endpoint.getSecret({ params })
      await send(who)
      await server.engine.idle()
      const last = receiver.arrivals.at(-1)!
      expect(await check(last, third!)).toMatchObject({ ok: true })
      expect(await check(last, secret)).toMatchObject({ ok: false, code: 'signature_mismatch' })
    })
  })

  describe('its page', () => {
    async function pageIn(language: string): Promise<string> {
      const { bearer } = await customer()
      const path = `/api/v1/preset/parcelbird/documentation?language=${language}`
      const { status, headers, text } = await request(server.url, 'GET', path, { token: bearer })
      expect(status).toBe(200)
      expect(headers.get('content-type')).toBe('text/markdown; charset=utf-8')
      return text
    }

    it('is in the words of the vendor, in each of its languages', async () => {
      const english = await pageIn('en')
      const german = await pageIn('de')
      for (const word of ['**Perch**', '**Release**', '| Topic |', '### Seal', '### Seal Key'])
        expect(english).toContain(word)
      for (const word of [
        '**Perch (Sitzstange)**',
        '**Release (Freigeben)**',
        '| Topic (Thema) |',
        '### Seal (Siegel)',
        '### Seal Key (Siegelschlüssel)',
      ])
        expect(german).toContain(word)
      for (const page of [english, german]) {
        expect(page).toContain('A contract for letters has no webhooks.')
        expect(page).toContain('There are 4 attempts. The wait after a failure is 2 s, 30 s, then 10 min.')
        expect(page).toContain(
          '| `parcel.delivered` | Parcel delivered | A parcel reached its receiver. | yes | no | no | no |',
        )
      }
      // In a language that the vendor has no words in, its English words are better than ours.
      expect(await pageIn('nl')).toContain('**Perch**')
    })

    it('has Python code that takes the real requests and refuses all that was changed', async ({ skip }) => {
      const reason = missing('python3')
      if (reason !== null) skip(reason)
      const who = await customer()
      const { receiver } = await perch(who, ['parcel.collected', 'parcel.delivered'])
      await send(who)
      await send(who, 'parcel.delivered')
      await server.engine.idle()
      expect(receiver.arrivals).toHaveLength(2)

      const [, code = ''] = /^```python\n([\s\S]*?)^```$/m.exec(await pageIn('de')) ?? []
      const [, entry = ''] = /^def (\w+)\(headers, body, secrets, now=None\):$/m.exec(code) ?? []
      interface Changes {
        readonly body?: Buffer
        readonly headers?: Record<string, string>
        readonly secrets?: string[]
        readonly now?: number
      }
      const job = (one: Arrival, changes: Changes = {}): SnippetJob => ({
        name: 'parcelbird',
        code,
        entry,
        arguments: {
          headers: { ...(one.headers as Record<string, string>), ...changes.headers },
          body: (changes.body ?? one.body).toString('base64'),
          secrets: changes.secrets ?? [secret],
          now: changes.now ?? Date.now() / 1000,
        },
      })
      const [one, two] = receiver.arrivals as [Arrival, Arrival]
      const sentAt = Number(/at=(\d+)/.exec(String(one.headers['parcelbird-seal']))?.[1])
      const flipped = Buffer.from(one.body)
      flipped[flipped.length - 5]! ^= 1
      const other = `pbk_${Buffer.alloc(32, 'q').toString('base64')}`
      const right = [
        job(one),
        job(two),
        job(one, { secrets: [other, secret] }),
        job(one, { now: sentAt + 119 }),
        job(one, { now: sentAt - 119 }),
      ]
      const wrong = [
        job(one, { body: flipped }),
        job(one, { body: two.body }),
        job(one, { secrets: [other] }),
        job(one, { now: sentAt + 122 }),
        job(one, { now: sentAt - 122 }),
        job(one, { headers: { 'parcelbird-topic': 'parcel.delayed' } }),
        job(one, { headers: { 'parcelbird-seal': '' } }),
      ]
      const answers = runSnippets('python', [...right, ...wrong])
      expect(answers.map(({ ok }) => ok)).toEqual([...right.map(() => true), ...wrong.map(() => false)])
      expect(answers[0]?.result).toEqual(JSON.parse(one.body.toString()))
      for (const { error } of answers.slice(right.length)) expect(error).toMatch(/^ValueError: /)
    })
  })
})

describe('a preset that is broken', () => {
  /** A copy of the vendor with one text in one of its files replaced. Where that text stood is `line`. */
  function broken(file: string, text: string, instead: string): { path: string; line: number; copy: string } {
    const copy = mkdtempSync(join(tmpdir(), 'posthorn-presets-'))
    onTestFinished(() => rmSync(copy, { recursive: true }))
    cpSync(folder, copy, { recursive: true })
    const path = join(copy, 'parcelbird', file)
    const before = readFileSync(path, 'utf8')
    expect(before).toContain(text)
    writeFileSync(path, before.replace(text, instead))
    return { path, line: before.slice(0, before.indexOf(text)).split('\n').length, copy }
  }

  it.each([
    ['a value of the wrong kind', 'preset.json', '"timeoutSeconds": 5', '"timeoutSeconds": "five"'],
    ['a member that is not known', 'preset.json', '"activation":', '"activates":'],
    ['a platform that is not there', 'preset.json', '["Air", "Sea"]', '["Air", "Submarine"]'],
    [
      'a wire format that breaks a law',
      'dialect.json',
      '{ "$": "occurredAt", "as": "unixMs" }',
      '{ "$": "occurredAt" }',
    ],
    ['a text that is no JSON', 'dialect.json', '"version": 1,', '"version": 1;'],
    ['a sample that does not fit its schema', 'samples/customs.held.json', '"CH"', '"Switzerland"'],
  ])('stops the start with file and line: %s', async (_, file, text, instead) => {
    const { path, line, copy } = broken(file, text, instead)
    const start = startTestServer({ POSTHORN_PRESETS: copy })
    await expect(start).rejects.toMatchObject({ name: 'PresetError' })
    const { message } = (await start.catch((error: unknown) => error)) as Error
    expect(message).toMatch(new RegExp(`^${RegExp.escape(`${path}:${line}:`)}\\d+ .+`, 'm'))
  })

  it('stops the start with file and member: a schema that is none', async () => {
    const { path, copy } = broken('schemas/customs.held.json', '"minItems": 1', '"minItems": "one"')
    await expect(startTestServer({ POSTHORN_PRESETS: copy })).rejects.toThrow(
      `${path}:1:1 properties.papers.minItems of the schema must be a whole number`,
    )
  })

  it('stops the start when its folder is not there', async () => {
    const start = startTestServer({ POSTHORN_PRESETS: join(folder, 'nowhere') })
    await expect(start).rejects.toThrow(/nowhere does not exist/)
  })
})
