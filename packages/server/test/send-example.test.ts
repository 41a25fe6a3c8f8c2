/** The example of an event type, sent as a real message, called as the official client does it. */
import { ApiException, Svix } from 'svix'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { RunningServer } from '../src/index.ts'
import { startReceiver, startTestServer, token } from './support.ts'

let server: RunningServer
let svix: Svix

beforeAll(async () => {
  server = await startTestServer()
  svix = new Svix(await token({ subject: 'org_example' }), { serverUrl: server.url })
  const schema = { type: 'object', examples: [{ total: 1 }, { total: 2 }] }
  await svix.eventType.create({ name: 'invoice.paid', description: '', schemas: { '1': {}, '2': schema } })
  await svix.eventType.create({ name: 'invoice.bare', description: '' })
  await svix.eventType.create({ name: 'invoice.other', description: '' })
})
afterAll(() => server.close())

let count = 0
async function scene() {
  const app = await svix.application.create({ name: 'Acme', uid: `acme-${++count}` })
  const [receiver, other] = [await startReceiver(), await startReceiver()]
  const endpoint = await svix.endpoint.create(app.id, { url: receiver.url, eventTypes: ['invoice.other'] })
  await svix.endpoint.create(app.id, { url: other.url })
  return { app, receiver, other, endpoint }
}

async function refusal(call: Promise<unknown>): Promise<unknown> {
  const error: unknown = await call.then(
    () => null,
    (thrown: unknown) => thrown,
  )
  if (!(error instanceof ApiException)) throw new Error('was not refused', { cause: error })
  return [error.code, JSON.stringify(error.body)]
}

describe('send-example', () => {
  it('delivers the example to this endpoint only, subscribed or not, and it is in the log', async () => {
    const { app, receiver, other, endpoint } = await scene()
    const sent = await svix.endpoint.sendExample(app.id, endpoint.id, { eventType: 'invoice.paid' })
    expect(sent).toMatchObject({ eventType: 'invoice.paid', payload: { total: 1 }, id: expect.stringMatching(/^msg_/) })
    await server.engine.idle()
    expect(receiver.received.map(({ body }) => body)).toEqual(['{"total":1}'])
    expect(other.received).toEqual([])
    expect((await svix.messageAttempt.listByMsg(app.id, sent.id)).data).toMatchObject([{ status: 0 }])
    expect((await svix.message.list(app.id)).data).toHaveLength(1)
  })

  it('takes the example of a number, and refuses one that is not there', async () => {
    const { app, receiver, endpoint } = await scene()
    await svix.endpoint.sendExample(app.id, endpoint.id, { eventType: 'invoice.paid', exampleIndex: 1 })
    await server.engine.idle()
    expect(receiver.received.map(({ body }) => body)).toEqual(['{"total":2}'])
    expect(
      await refusal(svix.endpoint.sendExample(app.id, endpoint.id, { eventType: 'invoice.paid', exampleIndex: 2 })),
    ).toEqual([422, expect.stringContaining('there is no example 2')])
  })

  it('with the same Idempotency-Key is one message', async () => {
    const { app, receiver, endpoint } = await scene()
    const send = () =>
      svix.endpoint.sendExample(app.id, endpoint.id, { eventType: 'invoice.paid' }, { idempotencyKey: 'once' })
    expect((await send()).id).toBe((await send()).id)
    await server.engine.idle()
    expect(receiver.received).toHaveLength(1)
  })

  it('svix.ping needs no event type', async () => {
    const { app, receiver, endpoint } = await scene()
    await svix.endpoint.sendExample(app.id, endpoint.id, { eventType: 'svix.ping' })
    await server.engine.idle()
    expect(receiver.received.map(({ body }) => body)).toEqual(['{"success":true}'])
  })

  it('says why there is none: no example, no event type, an endpoint that is off', async () => {
    const { app, endpoint } = await scene()
    const send = (eventType: string) => refusal(svix.endpoint.sendExample(app.id, endpoint.id, { eventType }))
    expect(await send('invoice.bare')).toEqual([422, expect.stringContaining('neither a `sample` nor')])
    expect(await send('invoice.piad')).toEqual([422, expect.stringContaining('Did you mean invoice.paid?')])
    await svix.endpoint.patch(app.id, endpoint.id, { disabled: true })
    expect(await send('invoice.paid')).toEqual([409, expect.stringContaining('This endpoint is off')])
  })
})
