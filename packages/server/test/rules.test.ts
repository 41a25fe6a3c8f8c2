import { ApiError, createClient, type Client } from '@posthorn/api'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { RunningServer } from '../src/index.ts'
import { startReceiver, startTestServer, token } from './support.ts'

// Each rule of a vendor, violated: the answer is for the person who has to fix it. The rules themselves are data of the presets.

let server: RunningServer
let count = 0

beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.close())

interface Desk {
  readonly client: Client
  readonly app: string
}

/** An organisation with one application of a vendor. */
async function desk(preset: string, facts: Record<string, string | number | boolean> = {}): Promise<Desk> {
  const client = createClient({ url: server.url, token: await token({ subject: `org_rules${++count}` }) })
  const { id: app } = await client.application.create({ body: { name: 'Acme', facts } })
  await client.preset.apply({ params: { app_id: app }, body: { name: preset } })
  return { client, app }
}

const ready = { plan: 'Enterprise 2023', enrolledDevices: 1 }

async function refused(call: Promise<unknown>): Promise<{ status: number; code: string; text: string }> {
  const error = await call.then(
    () => null,
    (thrown: unknown) => thrown,
  )
  if (!(error instanceof ApiError)) throw new Error('was not refused', { cause: error })
  return { status: error.status, code: error.code, text: error.message }
}

const url = 'https://hooks.example.com/in'

describe('activation as a step of its own (scalefusion)', () => {
  it('has an endpoint begin off, and refuses to have it created active', async () => {
    const { client, app } = await desk('scalefusion', ready)
    const params = { app_id: app }
    expect(await refused(client.endpoint.create({ params, body: { url, disabled: false } }))).toEqual({
      status: 409,
      code: 'activation_required',
      text: 'With Scalefusion an endpoint is saved first and activated in a step of its own. Leave `disabled` out, then activate it.',
    })
    expect(await client.endpoint.create({ params, body: { url } })).toMatchObject({ disabled: true, eventTypes: [] })
  })

  it('refuses to subscribe before it', async () => {
    const { client, app } = await desk('scalefusion', ready)
    const eventTypes = ['device.enrolled']
    const atCreation = await refused(client.endpoint.create({ params: { app_id: app }, body: { url, eventTypes } }))
    const { id } = await client.endpoint.create({ params: { app_id: app }, body: { url } })
    const params = { app_id: app, endpoint_id: id }
    const text =
      'With Scalefusion an endpoint is activated before it is subscribed to events, and this one is not active. Activate it first, then subscribe.'
    expect(atCreation).toEqual({ status: 409, code: 'activation_required', text })
    expect(await refused(client.endpoint.patch({ params, body: { eventTypes } }))).toEqual(atCreation)
    // Not in one go either: it is a step of its own.
    expect(await refused(client.endpoint.patch({ params, body: { eventTypes, disabled: false } }))).toEqual(atCreation)

    expect(await client.endpoint.activate({ params })).toMatchObject({ disabled: false })
    expect(await client.endpoint.patch({ params, body: { eventTypes } })).toMatchObject({ eventTypes })
    expect(await client.endpoint.deactivate({ params })).toMatchObject({ disabled: true, eventTypes })
    expect(await client.endpoint.patch({ params, body: { eventTypes: [] } })).toMatchObject({ eventTypes: [] })
  })
})

describe('Is Active (screenmeet)', () => {
  it('is off until somebody switches it on, also at creation', async () => {
    const { client, app } = await desk('screenmeet')
    const params = { app_id: app }
    const { id, disabled } = await client.endpoint.create({ params, body: { url } })
    expect(disabled).toBe(true)
    expect(await client.endpoint.create({ params, body: { url, disabled: false } })).toMatchObject({ disabled: false })
    const endpoint = { ...params, endpoint_id: id }
    expect(await client.endpoint.patch({ params: endpoint, body: { disabled: false } })).toMatchObject({
      disabled: false,
    })
  })
})

describe('readiness and plan (scalefusion)', () => {
  it('refuses to configure without the plan', async () => {
    const { client, app } = await desk('scalefusion', { plan: 'Basic' })
    const params = { app_id: app }
    const answer = await refused(client.endpoint.create({ params, body: { url } }))
    expect(answer).toMatchObject({ status: 403, code: 'plan_required' })
    expect(answer.text).toContain('plan is "Basic"')
    await client.application.patch({ params, body: { facts: ready } })
    await client.endpoint.create({ params, body: { url } })
  })

  it('refuses to subscribe until a device is enrolled', async () => {
    const { client, app } = await desk('scalefusion', { ...ready, enrolledDevices: 0 })
    const { id } = await client.endpoint.create({ params: { app_id: app }, body: { url } })
    const params = { app_id: app, endpoint_id: id }
    await client.endpoint.activate({ params })
    const answer = await refused(client.endpoint.patch({ params, body: { eventTypes: ['device.enrolled'] } }))
    expect(answer).toMatchObject({ status: 409, code: 'not_ready' })
    expect(answer.text).toContain('enrolledDevices is 0')
    await client.application.patch({ params: { app_id: app }, body: { facts: ready } })
    await client.endpoint.patch({ params, body: { eventTypes: ['device.enrolled'] } })
  })

  it('takes facts of the kind that the vendor declares, and from the vendor only', async () => {
    const { client, app } = await desk('scalefusion', ready)
    const params = { app_id: app }
    const wrong = await refused(client.application.patch({ params, body: { facts: { enrolledDevices: 'many' } } }))
    expect(wrong.text).toContain('Scalefusion knows enrolledDevices as a number')
    const { org } = { org: `org_rules${count}` }
    const own = createClient({ url: server.url, token: await token({ subject: app, org }) })
    expect(await refused(own.application.patch({ params, body: { facts: { enrolledDevices: 9 } } }))).toMatchObject({
      status: 403,
      code: 'forbidden',
    })
  })
})

describe('the support matrix (scalefusion)', () => {
  it('refuses a message for a platform on which the event does not exist, and sends the others', async () => {
    const { client, app } = await desk('scalefusion', ready)
    const params = { app_id: app }
    const send = (eventType: string, platform: string) =>
      client.message.create({ params, body: { eventType, platform, payload: { devices: [] } } })
    expect(await refused(send('device.sim_swap', 'iOS'))).toEqual({
      status: 422,
      code: 'validation_error',
      text: "platform: device.sim_swap does not exist on iOS; it exists on Android. Send it for one of these, or change the event type's platforms.",
    })
    expect((await refused(send('device.enrolled', 'Amiga'))).text).toContain('There is no platform "Amiga"')
    expect(await send('device.sim_swap', 'Android')).toMatchObject({ platform: 'Android' })
  })

  it('lets an endpoint subscribe by platform, where the event exists', async () => {
    const { client, app } = await desk('scalefusion', ready)
    const receiver = await startReceiver()
    const { id } = await client.endpoint.create({
      params: { app_id: app },
      body: { url: receiver.url, platforms: ['iOS'] },
    })
    const params = { app_id: app, endpoint_id: id }
    await client.endpoint.activate({ params })
    const nowhere = await refused(client.endpoint.patch({ params, body: { eventTypes: ['device.sim_swap'] } }))
    expect(nowhere.text).toContain('device.sim_swap does not exist on iOS; it exists on Android.')
    await client.endpoint.patch({ params, body: { eventTypes: ['device.enrolled'] } })
    for (const platform of ['Android', 'iOS', null])
      await client.message.create({
        params: { app_id: app },
        body: { eventType: 'device.enrolled', platform, payload: { devices: [{ name: String(platform) }] } },
      })
    await server.engine.idle()
    expect(receiver.received.map(({ body }) => body)).toEqual([expect.stringContaining('"iOS"')])
  })
})

describe('https only (screenmeet, autoflex)', () => {
  it.each(['screenmeet', 'autoflex'])('refuses http with %s', async (preset) => {
    const { client, app } = await desk(preset)
    const params = { app_id: app }
    const answer = await refused(client.endpoint.create({ params, body: { url: 'http://hooks.example.com/in' } }))
    expect(answer).toMatchObject({ status: 422, code: 'validation_error' })
    expect(answer.text).toMatch(/^url: .*https/)
    await client.endpoint.create({ params, body: { url } })
  })

  it('holds for endpoints that were there before the preset', async () => {
    const client = createClient({ url: server.url, token: await token({ subject: `org_rules${++count}` }) })
    const { id: app } = await client.application.create({ body: { name: 'Acme' } })
    const params = { app_id: app }
    const { id } = await client.endpoint.create({ params, body: { url: 'http://hooks.example.com/in' } })
    const answer = await refused(client.preset.apply({ params, body: { name: 'screenmeet' } }))
    expect(answer.text).toContain(`The endpoint ${id} does not fit ScreenMeet`)
    expect(await client.application.get({ params })).toMatchObject({ preset: null })
  })
})

describe('the least length of a secret (comapi)', () => {
  it('is said with what to do', async () => {
    const { client, app } = await desk('comapi')
    const params = { app_id: app }
    expect((await refused(client.endpoint.create({ params, body: { url, secret: 'too short' } }))).text).toMatch(
      /^secret: A secret of .* has at least 16 characters; this one has 9\. Choose a longer one, or leave it out and one is made\.$/,
    )
    const { id } = await client.endpoint.create({ params, body: { url, secret: 'sixteen letters!' } })
    const rotation = { params: { ...params, endpoint_id: id }, body: { key: 'short' } }
    expect((await refused(client.endpoint.rotateSecret(rotation))).text).toContain('at least 16 characters')
  })
})

describe('one endpoint per application (scalefusion)', () => {
  it('names the one that is there', async () => {
    const { client, app } = await desk('scalefusion', ready)
    const params = { app_id: app }
    const { id } = await client.endpoint.create({ params, body: { url } })
    expect(await refused(client.endpoint.create({ params, body: { url } }))).toEqual({
      status: 409,
      code: 'endpoint_limit',
      text: `Scalefusion has one endpoint per application, and this one has ${id}. Change or delete that instead.`,
    })
    await client.endpoint.delete({ params: { ...params, endpoint_id: id } })
    await client.endpoint.create({ params, body: { url } })
  })

  it('holds for two that come at once', async () => {
    const { client, app } = await desk('scalefusion', ready)
    const create = () => client.endpoint.create({ params: { app_id: app }, body: { url } })
    const results = await Promise.allSettled([create(), create(), create()])
    expect(results.filter(({ status }) => status === 'fulfilled').length).toBe(1)
  })
})

describe('one signing key per application (screenmeet)', () => {
  it('refuses a secret of an endpoint, and its rotation', async () => {
    const { client, app } = await desk('screenmeet')
    const params = { app_id: app }
    for (const secret of ['a secret of its own', null]) {
      const answer = await refused(client.endpoint.create({ params, body: { url, secret } }))
      expect(answer.text).toMatch(/^secret: ScreenMeet has one signing key for all endpoints of an application/)
    }
    const { id } = await client.endpoint.create({ params, body: { url } })
    expect(await refused(client.endpoint.rotateSecret({ params: { ...params, endpoint_id: id }, body: {} }))).toEqual({
      status: 409,
      code: 'conflict',
      text: "ScreenMeet has one signing key for all endpoints of an application. Reset the application's signing key instead.",
    })
  })

  it('is not there where each endpoint has a secret', async () => {
    const { client, app } = await desk('signinapp')
    const answer = await refused(client.signingKey.get({ params: { app_id: app } }))
    expect(answer).toMatchObject({ status: 409, code: 'conflict' })
    expect(answer.text).toContain('each endpoint has a secret of its own')
  })
})

describe('applying a preset', () => {
  it('that is not there lists those that are', async () => {
    const { client, app } = await desk('standard')
    const answer = await refused(client.preset.apply({ params: { app_id: app }, body: { name: 'acme' } }))
    expect(answer.status).toBe(422)
    expect(answer.text).toMatch(/^name: There is no preset "acme"\. There are: autoflex, comapi, scalefusion/)
  })

  it('lists every clash, changes nothing, and replaces them when told to', async () => {
    const client = createClient({ url: server.url, token: await token({ subject: `org_rules${++count}` }) })
    const { id: app } = await client.application.create({ body: { name: 'Acme', dialect: 'comapi' } })
    const params = { app_id: app }
    for (const name of ['visitor.signin', 'visitor.signout'])
      await client.eventType.create({ body: { name, description: 'Ours.' } })
    const answer = await refused(client.preset.apply({ params, body: { name: 'signinapp' } }))
    expect(answer).toMatchObject({ status: 409, code: 'conflict' })
    for (const clash of [
      'the event type visitor.signin',
      'the event type visitor.signout',
      "the application's dialect comapi",
    ])
      expect(answer.text).toContain(clash)
    expect(await client.application.get({ params })).toMatchObject({ preset: null, dialect: 'comapi' })

    const applied = await client.preset.apply({ params, body: { name: 'signinapp', overwrite: true } })
    expect(applied).toMatchObject({ preset: 'signinapp', dialect: null })
    const type = await client.eventType.get({ params: { event_type_name: 'visitor.signin' } })
    expect(type.description).not.toBe('Ours.')
    expect(type).toMatchObject({ sample: expect.any(Object), schemas: { '1': expect.any(Object) } })
    // Once more is no clash: it is what is there.
    await client.preset.apply({ params, body: { name: 'signinapp' } })
  })
})
