import { expect, test } from 'vitest'
import { fanOut } from './fan-out.ts'
import { aMessage, anEndpoint } from '../testing/nouns.ts'

const message = aMessage({ eventType: 'invoice.paid' })

test('a message goes to every endpoint that is subscribed, in the order of the endpoints', () => {
  const entries = [
    { endpoint: anEndpoint({ id: 'ep_1' }), filter: null },
    { endpoint: anEndpoint({ id: 'ep_2', eventTypes: ['other'] }), filter: null },
    { endpoint: anEndpoint({ id: 'ep_3', hold: 'gone' }), filter: null },
    { endpoint: anEndpoint({ id: 'ep_4', disabled: true }), filter: null },
    { endpoint: anEndpoint({ id: 'ep_5', eventTypes: ['invoice.paid'] }), filter: null },
  ]
  expect(fanOut(message, entries)).toEqual([entries[0], entries[2], entries[4]])
})

test('the entries come back themselves, with whatever else they hold', () => {
  const entry = { endpoint: anEndpoint(), filter: null, secrets: ['s'] }
  expect(fanOut(message, [entry])[0]).toBe(entry)
})

test('a message that is not to be delivered goes nowhere', () => {
  expect(fanOut({ ...message, deliver: false }, [{ endpoint: anEndpoint(), filter: null }])).toEqual([])
})

test('without endpoints there is nothing to do', () => {
  expect(fanOut(message, [])).toEqual([])
})
