import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { matches } from './match.ts'
import { anEndpoint } from './testing/nouns.ts'

const paid = { eventType: 'invoice.paid', channels: null }

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
        expect(matches(endpoint, { eventType, channels: carried })).toBe(!disabled && rightType && rightChannel)
      }),
    )
  })
})
