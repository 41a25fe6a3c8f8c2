import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { dialect, verify, type WireMessage } from '../src/index.ts'

const ids = ['msg_0K3OcC9O39pNCR5O', 'msg_0K3OcC9O39pNCR5P', 'msg_0K3OcC9O39pNCR5Q']

function message(payload: string, index = 0): WireMessage {
  const params = { accountId: '1', apiSpaceId: 'a', revision: '2' }
  return { id: ids[index % 3]!, type: 'message.sent', payload, occurredAt: 1000, acceptedAt: 1000, params }
}

describe('a batch', () => {
  test('is an array of what the messages would be alone, in their order', () => {
    const comapi = dialect('comapi')
    const batch = comapi.batch!
    const messages = ['{"n":1}', '{"n":2}', '{"n":3.10}'].map(message)
    const alone = messages.map((one) => Buffer.from(comapi.body(one)!).toString())
    const joined = batch.join(messages.map((one) => batch.element(one)))
    expect(Buffer.from(joined).toString()).toBe(`[${alone.join(',')}]`)
  })

  test('of one is an object where the vendor sends single ones so, and an array where it never does', () => {
    for (const name of ['comapi', 'screenmeet']) {
      const compiled = dialect(name)
      const one = message('{"n":1}')
      const element = compiled.batch!.element(one)
      expect(Buffer.from(compiled.batch!.join([element]))).toEqual(Buffer.from(compiled.body(one)!))
    }
  })

  test('is not there in a dialect that sends one message a request', () => {
    for (const name of ['standard', 'scalefusion', 'signinapp', 'autoflex']) expect(dialect(name).batch).toBeNull()
  })

  test.each(['comapi', 'screenmeet'])('of %s is signed whole and read back as it was', async (name) => {
    const compiled = dialect(name)
    const batch = compiled.batch!
    const payloads = fc.array(fc.integer(), { minLength: 1, maxLength: 20 })
    await fc.assert(
      fc.asyncProperty(payloads, async (numbers) => {
        const messages = numbers.map((n, index) => message(`{"n":${n}}`, index))
        const body = batch.join(messages.map((one) => batch.element(one)))
        const secrets = ['sixteen letters!']
        const request = await compiled.encode({
          message: messages[0]!,
          url: 'https://example.com/',
          secrets,
          sentAt: 0,
          attempt: 1,
          body,
        })
        const read = await verify(request, { dialect: name, secrets })
        if (!read.ok) throw new Error(read.message)
        expect(read.messages.map(({ payload }) => payload)).toEqual(numbers.map((n) => ({ n })))
      }),
      { numRuns: 50 },
    )
  })
})
