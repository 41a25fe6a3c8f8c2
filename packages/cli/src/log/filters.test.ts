import { Command } from 'commander'
import { expect, test } from 'vitest'
import type { LogEntry } from '@posthorn/api'
import { addLogFilters, logQuery, matches, type LogFilters } from './filters.ts'

const now = Date.UTC(2026, 10, 22, 14, 2, 11)

function parsed(...args: string[]): LogFilters {
  const command = addLogFilters(new Command())
    .exitOverride()
    .configureOutput({ writeErr: () => undefined })
  command.parse(args, { from: 'user' })
  return command.opts()
}

test.each([
  ['2h', '2026-11-22T12:02:11.000Z'],
  ['30m', '2026-11-22T13:32:11.000Z'],
  ['1d', '2026-11-21T14:02:11.000Z'],
  ['45s', '2026-11-22T14:01:26.000Z'],
  ['2026-11-22', '2026-11-22T00:00:00.000Z'],
  ['2026-11-22T10:30:00Z', '2026-11-22T10:30:00.000Z'],
  ['2026-11-22T10:30:00.5+02:00', '2026-11-22T08:30:00.500Z'],
  ['2026-11-22T10:30', '2026-11-22T10:30:00.000Z'],
  ['2026-11-22 10:30:00Z', '2026-11-22T10:30:00.000Z'],
])('--after %s is %s', (text, expected) => {
  expect(logQuery(parsed('--after', text), now).after).toBe(expected)
})

test.each([
  ['--after', 'tomorrow'],
  ['--after', '2026-13-01T00:00:00Z'],
  ['--before', '2 h'],
  ['--code', '7xx'],
  ['--code', '5x'],
  ['--status', 'pending'],
  ['--event-type', 'a b'],
  ['--event-type', 'a,,b'],
])('%s %s is refused', (...args) => {
  expect(() => parsed(...args)).toThrow(/invalid/)
})

test('nothing between two times is told, not searched', () => {
  expect(() => logQuery(parsed('--after', '1h', '--before', '2h'), now)).toThrow(/nothing lies between/)
})

test('event types come with commas or one by one', () => {
  const { eventType } = parsed('--event-type', 'a.b,c.d', '--event-type', 'e')
  expect(eventType).toEqual(['a.b', 'c.d', 'e'])
})

const entry: LogEntry = {
  id: 'atmpt_1',
  appId: 'app_1',
  msgId: 'msg_1',
  requestId: 'msg_1',
  endpointId: 'ep_1',
  eventType: 'a.b',
  url: 'https://example.com/',
  attempt: 1,
  batchId: null,
  result: 'failed',
  triggerType: 0,
  code: 503,
  error: null,
  durationMs: 1,
  timestamp: '2026-11-22T14:02:11.000Z',
  nextAttempt: null,
}

test.each<[args: string[], change: Partial<LogEntry>, expected: boolean]>([
  [[], {}, true],
  [['--code', '503'], {}, true],
  [['--code', '5xx'], {}, true],
  [['--code', '5XX'], {}, true],
  [['--code', '4xx'], {}, false],
  [['--code', '0'], {}, false],
  [['--code', '0'], { code: 0 }, true],
  [['--code', '5xx'], { code: 0 }, false],
  [['--status', 'failed'], {}, true],
  [['--status', 'failed'], { result: 'exhausted' }, true],
  [['--status', 'failed'], { result: 'interrupted' }, true],
  [['--status', 'failed'], { result: 'quarantined' }, true],
  [['--status', 'failed'], { result: 'cancelled' }, true],
  [['--status', 'failed'], { result: 'success' }, false],
  [['--status', 'exhausted'], {}, false],
  [['--event-type', 'x,a.b'], {}, true],
  [['--event-type', 'x'], {}, false],
  [['--endpoint', 'ep_1'], {}, true],
  [['--endpoint', 'ep_2'], {}, false],
  [['--code', '503', '--event-type', 'x'], {}, false],
])('%j for a line with %j: %s', (args, change, expected) => {
  expect(matches({ ...entry, ...change }, parsed(...args))).toBe(expected)
})
