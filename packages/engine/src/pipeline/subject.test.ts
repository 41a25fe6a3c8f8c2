import { expect, test } from 'vitest'
import { compileFilter } from '@posthorn/preset'
import { messageSubject, type SubjectSource } from './subject.ts'

const source: SubjectSource = {
  id: 'msg_1',
  eventType: 'visitor.signin',
  occurredAt: Date.UTC(2026, 0, 1, 0, 0, 0, 250),
  params: { accountId: 'acme' },
  channels: ['berlin'],
  tags: null,
  platform: null,
  payload: { site: { id: 4567 } },
}

const matches = (filter: Record<string, unknown>, changes: Partial<SubjectSource> = {}): boolean =>
  compileFilter(filter).matches(messageSubject({ ...source, ...changes }))

test('a message under the names that Outpost has for it, and under ours', () => {
  expect(messageSubject(source)).toEqual({
    id: 'msg_1',
    topic: 'visitor.signin',
    type: 'visitor.signin',
    time: '2026-01-01T00:00:00Z',
    metadata: { accountId: 'acme' },
    params: { accountId: 'acme' },
    channels: ['berlin'],
    tags: [],
    platform: null,
    data: { site: { id: 4567 } },
  })
})

test('each part can be filtered by', () => {
  expect(matches({ topic: { $startsWith: 'visitor.' }, data: { site: { id: 4567 } } })).toBe(true)
  expect(matches({ channels: 'berlin', tags: { $nin: 'vip' }, platform: null })).toBe(true)
  expect(matches({ metadata: { accountId: { $in: ['acme', 'other'] } } })).toBe(true)
  expect(matches({ time: { $gte: '2026-01-01T00:00:00Z', $lt: '2026-01-01T00:00:01Z' } })).toBe(true)
  expect(matches({ time: { $gte: '2026-01-01T00:00:00.000Z' } })).toBe(true)
  expect(matches({ platform: { $in: ['iOS'] } }, { platform: 'Android' })).toBe(false)
})

test('P1: params have no prototype, whatever they are called', () => {
  const params = JSON.parse('{"__proto__":"x","constructor":"y"}') as Record<string, string>
  const subject = messageSubject({ ...source, params })
  expect(Object.getPrototypeOf(subject.params)).toBeNull()
  expect(Object.keys(subject.params)).toEqual(['__proto__', 'constructor'])
  expect(matches({ params: { toString: { $exist: false } } })).toBe(true)
})
