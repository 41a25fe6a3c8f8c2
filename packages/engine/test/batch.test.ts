import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { verifySync } from '@posthorn/wire'
import { open, type Attempt, type Endpoint, type EndpointInput, type Engine, type Message } from '../src/index.ts'
import { gate, Receiver, type Received } from './receiver.ts'

const org = 'org_test'

let folder: string
let receiver: Receiver
let engine: Engine

async function start(): Promise<void> {
  engine = await open({ database: `sqlite:${folder}`, threads: false, allowPrivate: ['127.0.0.0/8'] })
}

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'posthorn-batch-'))
  receiver = await Receiver.start()
  await start()
  await engine.applications.create(org, { uid: 'acme', name: 'Acme', dialect: 'screenmeet' })
})

afterEach(async () => {
  await engine.close({ graceMs: 0 })
  await receiver.stop()
  rmSync(folder, { recursive: true, force: true })
})

function endpoint(input: Partial<EndpointInput> = {}): Promise<Endpoint> {
  return engine.endpoints.create(org, 'acme', { url: receiver.url(), ...input })
}

/** Sends so many events, one after another so that their order is known. */
async function send(count: number, from = 0, more = {}): Promise<Message[]> {
  const messages: Message[] = []
  for (let n = from; n < from + count; n++)
    messages.push(await engine.send(org, 'acme', { eventType: 'room-entered', payload: { n }, ...more }))
  return messages
}

/** Sends events at once: they are accepted together, however busy the machine is. */
function sendTogether(count: number): Promise<Message[]> {
  const numbers = Array.from({ length: count }, (_, n) => n)
  return Promise.all(numbers.map((n) => engine.send(org, 'acme', { eventType: 'room-entered', payload: { n } })))
}

function numbersIn({ body }: Received): number[] {
  const parsed = JSON.parse(body) as Event | Event[]
  return (Array.isArray(parsed) ? parsed : [parsed]).map((event) => ('n' in event ? event.n : event.payload.n))
}

/** As ScreenMeet has it, and as Comapi. */
type Event = { readonly n: number } | { readonly payload: { readonly n: number } }

async function attemptsOf(message: Message): Promise<readonly Attempt[]> {
  return (await engine.attempts.list(org, 'acme', { message: message.id, order: 'ascending' })).data
}

describe('a batch leaves', () => {
  test('when it is full by count, in order, as one array with one signature', async () => {
    await endpoint({ batch: { maxMessages: 5 } })
    await send(10)
    await receiver.count(2)
    expect(receiver.requests.map(numbersIn)).toEqual([
      [0, 1, 2, 3, 4],
      [5, 6, 7, 8, 9],
    ])
    const { key } = await engine.signingKeys.get(org, 'acme')
    for (const { headers, body } of receiver.requests) {
      const request = {
        method: 'POST',
        url: receiver.url(),
        headers: headers as Record<string, string>,
        body: Buffer.from(body),
      }
      expect(verifySync(request, { dialect: 'screenmeet', secrets: [key] }).ok).toBe(true)
    }
  })

  test('when its first message has waited long enough', async () => {
    await endpoint({ batch: { maxWaitSeconds: 0.3 } })
    const [first] = await sendTogether(3)
    await receiver.count(1)
    expect(Date.now() - first!.acceptedAt).toBeGreaterThanOrEqual(300)
    expect(receiver.requests.map(numbersIn)).toEqual([[0, 1, 2]])
  })

  test('when it is full by bytes, and a message that is larger than any batch leaves alone', async () => {
    await endpoint({ batch: { maxWaitSeconds: 3 } })
    const large = { text: 'x'.repeat(600_000) }
    for (const n of [0, 1, 2])
      await engine.send(org, 'acme', { eventType: 'room-entered', payload: { n, ...(n < 2 && large) } })
    await engine.idle()
    expect(receiver.requests.map(numbersIn)).toEqual([[0], [1, 2]])
    for (const { body } of receiver.requests) expect(Buffer.byteLength(body)).toBeLessThanOrEqual(1_000_000)
  })

  test('as an object when it has one message, where the vendor sends single ones so', async () => {
    await engine.applications.update(org, 'acme', { dialect: 'comapi', params: { accountId: '1', apiSpaceId: 'a' } })
    await endpoint({ batch: { maxMessages: 2, maxWaitSeconds: 0.2 } })
    await send(3)
    await engine.idle()
    expect(receiver.requests.map(({ body }) => Array.isArray(JSON.parse(body)))).toEqual([true, false])
    expect(receiver.requests.flatMap(numbersIn)).toEqual([0, 1, 2])
  })

  test('one at a time, so that batches arrive in order too', async () => {
    const first = gate()
    receiver.answer = ({ body }) => (body.includes('"n":0') ? first.opened.then(() => 200) : 200)
    await endpoint({ batch: { maxMessages: 2 } })
    await send(6)
    await receiver.count(1)
    expect(receiver.requests).toHaveLength(1)
    first.open()
    await engine.idle()
    expect(receiver.requests.flatMap(numbersIn)).toEqual([0, 1, 2, 3, 4, 5])
  })
})

test('without batches of its own an endpoint of a vendor that sends single events sends them singly', async () => {
  await engine.applications.update(org, 'acme', { dialect: 'comapi', params: { accountId: '1', apiSpaceId: 'a' } })
  await endpoint()
  await send(3)
  await engine.idle()
  expect(receiver.requests).toHaveLength(3)
})

describe('each message', () => {
  test('has a state and attempts of its own, which name the batch', async () => {
    await endpoint({ batch: { maxMessages: 2 } })
    const messages = await send(2)
    await engine.idle()
    const attempts = (await Promise.all(messages.map(attemptsOf))).flat()
    expect(attempts.map(({ result, attempt }) => [result, attempt])).toEqual([
      ['success', 1],
      ['success', 1],
    ])
    expect(attempts[0]!.batch).toMatch(/^batch_/)
    expect(attempts[1]!.batch).toBe(attempts[0]!.batch)
    expect(await engine.attempts.summary(org, 'acme')).toEqual({ total: 2, success: 2, failed: 0 })
    for (const { id } of messages)
      expect(await engine.messages.deliveries(org, 'acme', id)).toMatchObject([{ state: 'success', attempts: 1 }])
  })

  test('of a batch that failed is pending, and goes again with the same ones and the same bytes', async () => {
    let failures = 1
    receiver.answer = () => (failures-- > 0 ? 500 : 200)
    const { id } = await endpoint({ batch: { maxMessages: 3, maxWaitSeconds: 1.5 }, retrySchedule: [1] })
    const messages = await send(3)
    await receiver.count(1)
    const others = await send(1, 3)
    await receiver.count(2)
    await engine.idle()
    const failed = receiver.requests.filter((request) => numbersIn(request).includes(0))
    expect(failed.map(({ body }) => body)).toEqual([failed[0]!.body, failed[0]!.body])
    expect(failed.map(numbersIn)).toEqual([
      [0, 1, 2],
      [0, 1, 2],
    ])
    for (const message of messages) {
      const attempts = await attemptsOf(message)
      expect(attempts.map(({ result, attempt }) => [result, attempt])).toEqual([
        ['failed', 1],
        ['success', 2],
      ])
    }
    expect(await attemptsOf(others[0]!)).toMatchObject([{ result: 'success', attempt: 1 }])
    expect(await engine.endpoints.stats(org, 'acme', id)).toMatchObject({ success: 4, failed: 0, pending: 0 })
  })

  test('of a batch that the receiver finds too large goes on in halves, and burns no retry', async () => {
    receiver.answer = (request) => (numbersIn(request).length > 2 ? 413 : 200)
    await endpoint({ batch: { maxMessages: 7 }, retrySchedule: [] })
    const messages = await send(7)
    await engine.idle()
    const taken = receiver.requests.map(numbersIn).filter(({ length }) => length <= 2)
    expect(taken.flat().toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6])
    for (const numbers of taken) expect(numbers).toEqual(numbers.toSorted((a, b) => a - b))
    for (const message of messages) expect((await attemptsOf(message)).at(-1)).toMatchObject({ result: 'success' })
  })

  test('that is too large even alone has failed', async () => {
    receiver.answer = () => 413
    await endpoint({ batch: { maxMessages: 2 }, retrySchedule: [] })
    const messages = await send(2)
    await engine.idle()
    for (const message of messages) {
      const attempts = await attemptsOf(message)
      expect(attempts.map(({ result, code }) => [result, code])).toEqual([
        ['failed', 413],
        ['exhausted', 413],
      ])
      expect(attempts[1]!.batch).toBeNull()
    }
  })

  test('that was asked for again goes alone and at once', async () => {
    const { id } = await endpoint({ batch: { maxMessages: 2 } })
    const [message] = await send(2)
    await engine.idle()
    await engine.resend(org, 'acme', message!.id, id)
    await engine.idle()
    expect(receiver.requests.map(numbersIn)).toEqual([[0, 1], [0]])
  })

  test('whose payload was erased while its batch waited is left out of it', async () => {
    let failures = 1
    receiver.answer = () => (failures-- > 0 ? 500 : 200)
    await endpoint({ batch: { maxMessages: 2 }, retrySchedule: [1] })
    const [first] = await send(2)
    await receiver.count(1)
    await engine.messages.expungePayload(org, 'acme', first!.id)
    await receiver.count(2)
    expect(numbersIn(receiver.requests[1]!)).toEqual([1])
  })
})

describe('what waits for company', () => {
  test('is on disk: another process sends it', async () => {
    await endpoint()
    await send(3)
    expect(receiver.requests).toHaveLength(0)
    await engine.close({ graceMs: 0 })
    await start()
    const [{ id }] = (await engine.endpoints.list(org, 'acme')).data as [Endpoint]
    await engine.endpoints.update(org, 'acme', id, { batch: { maxWaitSeconds: 0.1 } })
    await engine.idle()
    expect(receiver.requests.map(numbersIn)).toEqual([[0, 1, 2]])
  })

  test('leaves at once when the endpoint no longer has batches', async () => {
    const { id } = await endpoint()
    await send(2)
    await engine.endpoints.update(org, 'acme', id, { batch: { maxMessages: 1 } })
    await engine.idle()
    expect(receiver.requests.map(numbersIn)).toEqual([[0], [1]])
  })

  test('goes back when the endpoint is switched off, and is not lost', async () => {
    const { id } = await endpoint()
    const [message] = await send(2)
    await engine.endpoints.deactivate(org, 'acme', id)
    expect(await engine.messages.deliveries(org, 'acme', message!.id)).toMatchObject([{ state: 'endpoint_disabled' }])
    await engine.endpoints.update(org, 'acme', id, { batch: { maxWaitSeconds: 0.1 } })
    await engine.endpoints.activate(org, 'acme', id)
    await engine.endpoints.recover(org, 'acme', id, { since: message!.acceptedAt })
    await engine.idle()
    expect(receiver.requests.flatMap(numbersIn).toSorted((a, b) => a - b)).toEqual([0, 1])
  })

  test('does not keep up those of another endpoint', async () => {
    await endpoint()
    await endpoint({ url: receiver.url('/quick'), dialect: 'standard' })
    await send(1)
    await receiver.count(1)
    expect(receiver.requests.map(({ path }) => path)).toEqual(['/quick'])
  })
})

test('after an edit messages still leave together, and idle waits for them', async () => {
  const { id } = await endpoint({ batch: { maxMessages: 10, maxWaitSeconds: 0.2 } })
  for (let round = 1; round <= 10; round++) {
    await engine.endpoints.update(org, 'acme', id, { description: `round ${round}` })
    await sendTogether(3)
    await engine.idle()
    expect(receiver.requests.map(numbersIn)).toEqual(Array.from({ length: round }, () => [0, 1, 2]))
  }
})

describe('the bounds of batches', () => {
  test.each([
    [{ maxMessages: 0 }, 'A batch of ScreenMeet has 1 to 100 messages.'],
    [{ maxMessages: 101 }, 'A batch of ScreenMeet has 1 to 100 messages.'],
    [{ maxMessages: 1.5 }, 'A batch of ScreenMeet has 1 to 100 messages.'],
    [{ maxWaitSeconds: 0 }, 'The first message of a batch of ScreenMeet waits 0.1 to 5 seconds.'],
    [{ maxWaitSeconds: 6 }, 'The first message of a batch of ScreenMeet waits 0.1 to 5 seconds.'],
  ])('%j is refused', async (batch, message) => {
    await expect(endpoint({ batch })).rejects.toThrow(message)
  })

  test('are refused where there are no batches, also when an endpoint moves there', async () => {
    const text = 'Standard Webhooks sends each message in a request of its own. Leave `batch` out.'
    await expect(endpoint({ dialect: 'standard', batch: {} })).rejects.toThrow(text)
    const { id } = await endpoint({ batch: { maxMessages: 3 } })
    await expect(engine.endpoints.update(org, 'acme', id, { dialect: 'standard' })).rejects.toThrow(text)
    await engine.endpoints.update(org, 'acme', id, { dialect: 'standard', batch: null })
  })
})
