import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Filter } from '@posthorn/model'
import { compileFilter } from '@posthorn/preset'
import { matchable, matches as isSubscribed, type Matchable, type Subscription } from './match.ts'
import type { Endpoint, FilterOver } from '../model.ts'
import { aMessage, anEndpoint } from '../testing/nouns.ts'

const paid = matchable(aMessage({ eventType: 'invoice.paid' }))

function matches(endpoint: Endpoint, message: Matchable): boolean {
  return isSubscribed({ endpoint, filter: null }, message)
}

describe('whether an endpoint is subscribed', () => {
  test('one without event types takes every type', () => {
    expect(matches(anEndpoint(), paid)).toBe(true)
  })

  test('one with event types takes these and no others', () => {
    expect(matches(anEndpoint({ eventTypes: ['a', 'invoice.paid'] }), paid)).toBe(true)
    expect(matches(anEndpoint({ eventTypes: ['a'] }), paid)).toBe(false)
  })

  test('the name of a type is the whole name, in its case', () => {
    for (const name of ['invoice', 'invoice.', 'invoice.paid.late', 'Invoice.paid', 'invoice*', '*'])
      expect(matches(anEndpoint({ eventTypes: [name] }), paid)).toBe(false)
  })

  test('one without channels takes a message with channels', () => {
    expect(matches(anEndpoint(), { ...paid, channels: ['eu'] })).toBe(true)
  })

  test('one with channels takes only messages that carry one of these', () => {
    const endpoint = anEndpoint({ channels: ['eu', 'us'] })
    expect(matches(endpoint, { ...paid, channels: ['asia', 'us'] })).toBe(true)
    expect(matches(endpoint, { ...paid, channels: ['asia'] })).toBe(false)
    expect(matches(endpoint, { ...paid, channels: [] })).toBe(false)
    expect(matches(endpoint, paid)).toBe(false)
  })

  test('one that its owner switched off takes nothing', () => {
    expect(matches(anEndpoint({ disabled: true }), paid)).toBe(false)
  })

  test('one that is held is subscribed: its work waits', () => {
    expect(matches(anEndpoint({ hold: 'failing' }), paid)).toBe(true)
    expect(matches(anEndpoint({ hold: 'gone' }), paid)).toBe(true)
  })

  test('type, channels and switch must all agree, and nothing else matters', () => {
    const name = fc.constantFrom('a', 'b', 'c')
    const names = fc.option(fc.uniqueArray(name, { minLength: 1 }))
    fc.assert(
      fc.property(names, names, fc.boolean(), name, names, (eventTypes, channels, disabled, eventType, carried) => {
        const rightType = new Set(eventTypes ?? [eventType]).has(eventType)
        const rightChannel = channels === null || new Set(channels).intersection(new Set(carried)).size > 0
        const endpoint = anEndpoint({ eventTypes, channels, disabled })
        const message = matchable(aMessage({ eventType, channels: carried }))
        expect(matches(endpoint, message)).toBe(!disabled && rightType && rightChannel)
      }),
    )
  })

  test('one with platforms takes only messages of one of these', () => {
    const endpoint = anEndpoint({ platforms: ['iOS', 'macOS'] })
    expect(matches(endpoint, matchable(aMessage({ platform: 'macOS' })))).toBe(true)
    expect(matches(endpoint, matchable(aMessage({ platform: 'Android' })))).toBe(false)
    expect(matches(endpoint, paid)).toBe(false)
    expect(matches(anEndpoint(), matchable(aMessage({ platform: 'Android' })))).toBe(true)
  })
})

describe('a filter', () => {
  const subscription = (filter: Filter, filterOver: FilterOver = 'payload'): Subscription => ({
    endpoint: anEndpoint({ filterOver }),
    filter: compileFilter(filter),
  })
  const visit = aMessage({
    eventType: 'visitor.signin',
    tags: ['north'],
    params: { accountId: '42' },
    payload: '{"site":{"id":4567},"visitor":{"additional":{"Company":"Acme GmbH"}}}',
  })

  test('looks at the payload', () => {
    const message = matchable(visit)
    expect(isSubscribed(subscription({ site: { id: 4567 } }), message)).toBe(true)
    expect(isSubscribed(subscription({ site: { id: 1 } }), message)).toBe(false)
    expect(isSubscribed(subscription({ visitor: { additional: { Company: { $contains: 'GmbH' } } } }), message)).toBe(
      true,
    )
  })

  test('looks at the whole message when it says so', () => {
    const message = matchable(visit)
    expect(
      isSubscribed(subscription({ topic: 'visitor.signin', data: { site: { id: 4567 } } }, 'message'), message),
    ).toBe(true)
    expect(isSubscribed(subscription({ metadata: { accountId: '42' }, tags: 'north' }, 'message'), message)).toBe(true)
    expect(isSubscribed(subscription({ topic: 'visitor.signout' }, 'message'), message)).toBe(false)
  })

  test('matches nothing where the payload is not JSON, or was expunged', () => {
    for (const payload of ['{"a":', null])
      expect(isSubscribed(subscription({ a: { $exist: false } }), matchable(aMessage({ payload })))).toBe(false)
  })
})
