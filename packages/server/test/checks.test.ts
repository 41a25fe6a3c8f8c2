/** Checks of real messages that a preset or the operator switches on, what a lost plan stops, and two presets in one organisation. */
import { ApiError, createClient, type Client } from '@posthorn/api'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { RunningServer } from '../src/index.ts'
import { startReceiver, startTestServer, token } from './support.ts'

let server: RunningServer
let strict: RunningServer
let count = 0

beforeAll(async () => {
  server = await startTestServer()
  strict = await startTestServer({ POSTHORN_CHECKS: 'types, schema' })
})
afterAll(() => Promise.all([server.close(), strict.close()]))

interface Desk {
  readonly org: string
  readonly vendor: Client
  readonly params: { readonly app_id: string }
  readonly customer: Client
}

async function desk(
  preset: string | null,
  facts: Record<string, string | number> = {},
  { on = server, org = `org_checks${++count}` }: { readonly on?: RunningServer; readonly org?: string } = {},
): Promise<Desk> {
  const vendor = createClient({ url: on.url, token: await token({ subject: org }) })
  const { id } = await vendor.application.create({ body: { name: 'Acme', facts } })
  const params = { app_id: id }
  if (preset !== null) await vendor.preset.apply({ params, body: { name: preset } })
  return { org, vendor, params, customer: createClient({ url: on.url, token: await token({ subject: id, org }) }) }
}

async function refusal(call: Promise<unknown>): Promise<{ status: number; code: string; text: string }> {
  const error = await call.then(
    () => null,
    (thrown: unknown) => thrown,
  )
  if (!(error instanceof ApiError)) throw new Error('was not refused', { cause: error })
  return { status: error.status, code: error.code, text: error.message }
}

const send = ({ vendor, params }: Desk, eventType: string, payload: Record<string, unknown> = {}) =>
  vendor.message.create({ params, body: { eventType, payload } })

describe('event types of real messages', () => {
  it.each([
    ['signinapp', 'visitor.signIn', 'visitor.signin'],
    ['signinapp', 'visitor.teleport', null],
    ['scalefusion', 'device.enroled', 'device.enrolled'],
    ['comapi', 'message.Sent', 'message.sent'],
    ['screenmeet', 'room_entered', 'room-entered'],
    ['autoflex', 'backup.owners', 'backup.owner'],
  ])('with %s: %s is refused, in a message and in a mock', async (preset, name, nearest) => {
    const facts = preset === 'scalefusion' ? { plan: 'Enterprise 2023', enrolledDevices: 1 } : {}
    const at = await desk(preset, facts)
    const answer = await refusal(send(at, name))
    expect(answer).toMatchObject({ status: 422, code: 'validation_error' })
    expect(answer.text).toContain(`eventType: There is no event type "${name}".`)
    if (nearest) expect(answer.text).toContain(`Did you mean ${nearest}?`)
    const { id } = await at.vendor.endpoint.create({ params: at.params, body: { url: 'https://hooks.example.com/in' } })
    const mocked = await refusal(
      at.vendor.endpoint.mock({ params: { ...at.params, endpoint_id: id }, body: { eventType: name, payload: {} } }),
    )
    expect(mocked.text).toContain(`There is no event type "${name}".`)
    expect((await at.vendor.message.list({ params: at.params })).data).toEqual([])
  })

  it('that the organisation adds are taken, and schemas are not checked', async () => {
    const at = await desk('signinapp')
    await at.vendor.eventType.create({ body: { name: 'visitor.late' } })
    await send(at, 'visitor.late')
    await send(at, 'visitor.signin', { site: { type: 'martian' } })
  })

  it('are free without a preset, unless the operator has them checked', async () => {
    await send(await desk(null), 'any.thing')
    const answer = await refusal(send(await desk(null, {}, { on: strict }), 'any.thing'))
    expect(answer.text).toBe('eventType: There is no event type "any.thing". Create it first, or check its spelling.')
  })
})

describe('payloads of real messages', () => {
  it('are held against the newest schema where the operator has it so', async () => {
    const at = await desk('signinapp', {}, { on: strict })
    const answer = await refusal(send(at, 'visitor.signin', { site: { type: 'martian' } }))
    expect(answer).toMatchObject({ status: 422, code: 'validation_error' })
    expect(answer.text).toContain('site.type')
    const { sample } = await at.vendor.eventType.get({ params: { event_type_name: 'visitor.signin' } })
    await send(at, 'visitor.signin', sample ?? {})
    // A newer schema counts at once, and one that was taken away is not asked.
    const type = { params: { event_type_name: 'visitor.signin' } }
    await at.vendor.eventType.patch({ ...type, body: { schemas: { 1: {}, 2: { required: ['room'] } } } })
    expect((await refusal(send(at, 'visitor.signin', sample ?? {}))).text).toContain('room')
    await at.vendor.eventType.patch({ ...type, body: { schemas: null } })
    await send(at, 'visitor.signin', {})
  })
})

describe('a plan that was lost', () => {
  it('stops everything that it was needed for, and leaves the ways out', async () => {
    const at = await desk('scalefusion', { plan: 'Enterprise 2023', enrolledDevices: 1 })
    const receiver = await startReceiver()
    const { id } = await at.customer.endpoint.create({ params: at.params, body: { url: receiver.url } })
    const one = { params: { ...at.params, endpoint_id: id } }
    await at.customer.endpoint.activate(one)
    await at.customer.endpoint.patch({ ...one, body: { eventTypes: ['device.enrolled'] } })
    const message = await send(at, 'device.enrolled', { devices: [] })
    await server.engine.idle()
    expect(receiver.received.length).toBe(1)

    await at.vendor.application.patch({ params: at.params, body: { facts: { plan: 'Basic', enrolledDevices: 1 } } })
    const stopped: [string, () => Promise<unknown>][] = [
      ['send', () => send(at, 'device.enrolled', { devices: [] })],
      ['url', () => at.customer.endpoint.patch({ ...one, body: { url: 'https://hooks.example.com/in' } })],
      ['filter', () => at.customer.endpoint.patch({ ...one, body: { filter: { a: 1 } } })],
      ['secret', () => at.customer.endpoint.patch({ ...one, body: { secret: 'another secret' } })],
      ['headers', () => at.customer.endpoint.setHeaders({ ...one, body: { headers: { 'x-a': '1' } } })],
      [
        'subscribe',
        () => at.customer.endpoint.patch({ ...one, body: { eventTypes: ['device.enrolled', 'device.lost'] } }),
      ],
      ['rotate', () => at.customer.endpoint.rotateSecret({ ...one, body: {} })],
      ['mock', () => at.customer.endpoint.mock({ ...one, body: { eventType: 'device.enrolled' } })],
      ['test', () => at.customer.endpoint.test(one)],
      ['recover', () => at.customer.endpoint.recover({ ...one, body: { since: new Date(0).toISOString() } })],
      ['resend', () => at.customer.attempt.resend({ params: { ...one.params, msg_id: message.id } })],
    ]
    const answers = await Promise.all(stopped.map(async ([name, call]) => [name, (await refusal(call())).code]))
    expect(answers).toEqual(stopped.map(([name]) => [name, 'plan_required']))

    // A PUT of what is there, texts, fewer event types, off: all of it is possible. On again is not.
    await at.customer.endpoint.upsert({
      ...one,
      body: { url: receiver.url, description: 'new', eventTypes: ['device.enrolled'], disabled: false },
    })
    await at.customer.endpoint.patch({ ...one, body: { eventTypes: [] } })
    await at.customer.endpoint.deactivate(one)
    expect(await refusal(at.customer.endpoint.activate(one))).toMatchObject({ status: 403, code: 'plan_required' })
    await at.customer.endpoint.delete(one)
    expect(receiver.received.length).toBe(1)
  })

  it('is no matter of readiness: the last device that goes is still reported', async () => {
    const at = await desk('scalefusion', { plan: 'Enterprise 2023', enrolledDevices: 1 })
    await at.vendor.application.patch({
      params: at.params,
      body: { facts: { plan: 'Enterprise 2023', enrolledDevices: 0 } },
    })
    await send(at, 'device.deleted', { devices: [] })
  })
})

describe('a vendor that signs', () => {
  it.each(['scalefusion', 'comapi', 'standard'])('(%s) takes no endpoint without a secret', async (preset) => {
    const at = await desk(preset, { plan: 'Enterprise 2023', enrolledDevices: 1 })
    const body = { url: 'https://hooks.example.com/in' }
    const answer = await refusal(at.customer.endpoint.create({ params: at.params, body: { ...body, secret: null } }))
    expect(answer).toMatchObject({ status: 422, code: 'validation_error' })
    expect(answer.text).toMatch(/^secret: .* signs what it sends/)
    const { id } = await at.customer.endpoint.create({ params: at.params, body })
    const one = { params: { ...at.params, endpoint_id: id } }
    expect((await refusal(at.customer.endpoint.patch({ ...one, body: { secret: null } }))).text).toBe(answer.text)
  })

  it('may leave it to the receiver (signinapp)', async () => {
    const at = await desk('signinapp')
    const body = { url: 'https://hooks.example.com/in', secret: null }
    expect(await at.customer.endpoint.create({ params: at.params, body })).toMatchObject({ signed: false })
  })
})

describe('two presets in one organisation', () => {
  it('show and give to a customer the event types of its own, and those of the organisation', async () => {
    const visitors = await desk('signinapp')
    const rooms = await desk('screenmeet', {}, { org: visitors.org })
    await visitors.vendor.eventType.create({ body: { name: 'ours.own' } })
    const names = async ({ customer }: Desk) => (await customer.eventType.list({})).data.map(({ name }) => name)
    expect(await names(visitors)).toEqual(['ours.own', 'visitor.signin', 'visitor.signout'])
    const ofRooms = await names(rooms)
    expect(ofRooms).toContain('room-entered')
    expect(ofRooms.filter((name) => name.startsWith('visitor'))).toEqual([])
    expect((await rooms.vendor.eventType.list({})).data.length).toBe(ofRooms.length + 2)

    expect(
      await refusal(rooms.customer.eventType.get({ params: { event_type_name: 'visitor.signin' } })),
    ).toMatchObject({ status: 404 })
    const body = { url: 'https://hooks.example.com/in', eventTypes: ['visitor.signin'] }
    for (const client of [rooms.customer, rooms.vendor])
      expect((await refusal(client.endpoint.create({ params: rooms.params, body }))).text).toContain(
        'eventTypes: There is no event type "visitor.signin".',
      )
    const { id } = await rooms.customer.endpoint.create({
      params: rooms.params,
      body: { url: body.url, eventTypes: ['room-entered', 'ours.own'] },
    })
    const one = { params: { ...rooms.params, endpoint_id: id } }
    expect(
      (await refusal(rooms.customer.endpoint.patch({ ...one, body: { eventTypes: ['visitor.signout'] } }))).status,
    ).toBe(422)
    // No sample of another preset either, and no message of its types.
    expect(
      (await refusal(rooms.customer.endpoint.mock({ ...one, body: { eventType: 'visitor.signin' } }))).status,
    ).toBe(422)
    expect((await refusal(send(rooms, 'visitor.signin'))).status).toBe(422)
    expect((await rooms.customer.preset.list({})).data.map(({ name }) => name)).toEqual(['screenmeet'])
    expect(await refusal(rooms.customer.preset.get({ params: { preset_name: 'signinapp' } }))).toMatchObject({
      status: 404,
    })
  })
})
