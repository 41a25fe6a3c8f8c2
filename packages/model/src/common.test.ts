import { describe, expect, test } from 'vitest'
import { applicationFields } from './application.ts'
import { endpointFields } from './endpoint.ts'
import { eventTypeFields } from './event-type.ts'
import { inputProblem } from './fields/check-input.ts'
import type { Fields } from './fields/field.ts'
import { messageFields } from './message.ts'

/** Where and why one field is refused; `null`: it is not. */
function problem(fields: Fields, name: string, value: unknown): { field: string; message: string } | null {
  return inputProblem({ [name]: fields[name]! }, { [name]: value }, 'create')
}

describe('names and ids', () => {
  test.each(['invoice.paid', 'a', 'A-b_c.1', '-', 'a'.repeat(256)])('%j is an event type', (name) => {
    expect(problem(messageFields, 'eventType', name)).toBeNull()
    expect(problem(eventTypeFields, 'name', name)).toBeNull()
  })

  test.each(['', 'a b', 'a/b', 'a\n', 'é', "' OR 1=1--", 'a'.repeat(257), 'a\0'])('%j is no event type', (name) => {
    expect(problem(messageFields, 'eventType', name)?.field).toBe('eventType')
    expect(problem(eventTypeFields, 'name', name)?.field).toBe('name')
  })

  test('an eventId is up to 256 printable ASCII characters without spaces', () => {
    for (const id of ['1', 'evt_1', "a/b:c'd", '~'.repeat(256)])
      expect(problem(messageFields, 'eventId', id)).toBeNull()
    for (const id of ['', 'a b', 'a\r\nb', 'a\0', 'é', 'a'.repeat(257)])
      expect(problem(messageFields, 'eventId', id)?.field).toBe('eventId')
  })

  test('a uid is up to 256 letters, digits, -, _ and dots', () => {
    for (const uid of ['1', 'customer-1', 'a.b_c', 'a'.repeat(256), 'application_1', 'app', 'App_1'])
      expect(problem(applicationFields, 'uid', uid)).toBeNull()
    for (const uid of ['', 'a b', 'a/b', 'é', '../x', 'a'.repeat(257), 'a\n'])
      expect(problem(applicationFields, 'uid', uid)?.field).toBe('uid')
  })

  test.each(['app_1', 'ep_x', 'msg_', 'atmpt_abc'])('a uid that looks like one of our ids (%s) is refused', (uid) => {
    expect(problem(applicationFields, 'uid', uid)).toEqual({
      field: 'uid',
      message: expect.stringMatching(/must not begin like one of our own ids/),
    })
  })

  test.each(['.', '..'])(
    '%j is no uid, event type, eventId or dialect: clients fold it in the path of a URL',
    (text) => {
      for (const [fields, name] of [
        [applicationFields, 'uid'],
        [endpointFields, 'uid'],
        [applicationFields, 'dialect'],
        [endpointFields, 'dialect'],
        [eventTypeFields, 'name'],
        [messageFields, 'eventType'],
        [messageFields, 'eventId'],
      ] as const)
        expect(problem(fields, name, text)?.message).toMatch(/cannot be names/)
      for (const fine of ['...', '.a', 'a.']) expect(problem(applicationFields, 'uid', fine)).toBeNull()
    },
  )

  test('a name is not blank and has up to 256 characters', () => {
    for (const name of ['a', ' a ', 'Ærø & Sons', 'a'.repeat(256)])
      expect(problem(applicationFields, 'name', name)).toBeNull()
    for (const name of ['', '  ', '\n', 'a'.repeat(257)])
      expect(problem(applicationFields, 'name', name)?.field).toBe('name')
  })
})

describe('metadata, params, facts, channels, tags, samples', () => {
  test('metadata has up to 4,096 characters as JSON', () => {
    const most = 4096 - JSON.stringify({ a: '' }).length
    expect(problem(applicationFields, 'metadata', { a: 'x'.repeat(most) })).toBeNull()
    expect(problem(applicationFields, 'metadata', { a: 'x'.repeat(most + 1) })).toEqual({
      field: 'metadata',
      message: 'Metadata has at most 4,096 characters as JSON.',
    })
  })

  test('the name of a param is a letter and then letters, digits, _ and -; its value has up to 1,024 characters', () => {
    for (const params of [{}, { accountId: 'a' }, { a1_b: '' }, { [`a${'b'.repeat(63)}`]: 'x'.repeat(1024) }])
      expect(problem(endpointFields, 'params', params)).toBeNull()
    for (const name of ['', '1a', '_a', '-a', 'a.b', 'é', 'a b', `a${'b'.repeat(64)}`])
      expect(problem(endpointFields, 'params', { [name]: 'a' })?.field).toMatch(/^params\./)
    expect(problem(endpointFields, 'params', { a: 'x'.repeat(1025) })?.field).toBe('params.a')
  })

  test('P1: __proto__ is no name of a param', () => {
    expect(problem(endpointFields, 'params', JSON.parse('{"__proto__":"a"}'))).not.toBeNull()
  })

  test('a fact has a name of letters, digits and _, and is a text, a finite number or a boolean', () => {
    for (const facts of [{}, { a: 1 }, { a_1: 'x'.repeat(256), b: true }])
      expect(problem(applicationFields, 'facts', facts)).toBeNull()
    for (const name of ['1a', 'a-b', '', `a${'b'.repeat(64)}`])
      expect(problem(applicationFields, 'facts', { [name]: 1 })?.field).toMatch(/^facts\./)
    for (const value of ['x'.repeat(257), Number.NaN, Number.POSITIVE_INFINITY, null, {}, []])
      expect(problem(applicationFields, 'facts', { a: value })?.field).toBe('facts.a')
    const many = Object.fromEntries(Array.from({ length: 101 }, (_, index) => [`a${index}`, index]))
    expect(problem(applicationFields, 'facts', many)?.message).toMatch(/at most 100 facts/)
  })

  test('channels are 5 of a message and 10 of an endpoint, each up to 128 characters', () => {
    const six = ['a', 'b', 'c', 'd', 'e', 'f']
    expect(problem(messageFields, 'channels', ['a', 'A-b_c.1:2', 'a'.repeat(128)])).toBeNull()
    expect(problem(messageFields, 'channels', six)).toEqual({ field: 'channels', message: 'At most 5 channels.' })
    expect(problem(endpointFields, 'channels', six)).toBeNull()
    expect(problem(endpointFields, 'channels', [...six, ...six])?.field).toBe('channels')
    for (const channel of ['', 'a b', 'a/b', 'é', 'a'.repeat(129), "' OR 1=1--"])
      expect(problem(messageFields, 'channels', [channel])?.field).toMatch(/^channels/)
  })

  test('tags are up to ten, each 1 to 128 characters of any kind', () => {
    const nine = 'abcdefghi'.split('')
    expect(problem(messageFields, 'tags', [...nine, 'é'.repeat(128)])).toBeNull()
    for (const tags of [[...nine, 'j', 'k'], [''], ['a'.repeat(129)]])
      expect(problem(messageFields, 'tags', tags)?.field).toMatch(/^tags/)
  })

  test('a sample is the text of a JSON object', () => {
    for (const sample of [null, '{}', ' {"a": 1}']) expect(problem(eventTypeFields, 'sample', sample)).toBeNull()
    for (const sample of ['', '[]', '1', '{"a":}', '{"a":1}}'])
      expect(problem(eventTypeFields, 'sample', sample)?.field).toBe('sample')
  })

  test('a time is whole milliseconds from 1970 to 9999', () => {
    for (const at of [0, 1_764_293_400_000, Date.UTC(9999, 11, 31, 23, 59, 59, 999)])
      expect(problem(messageFields, 'occurredAt', at)).toBeNull()
    for (const at of [-1, 1.5, Number.NaN, Date.UTC(10_000, 0, 1), '2026-11-22T14:02:11Z'])
      expect(problem(messageFields, 'occurredAt', at)?.field).toBe('occurredAt')
  })
})
