import { Command } from 'commander'
import { expect, test } from 'vitest'
import { logFilterOptions, type LogFilters } from './filter-options.ts'
import { logQuery } from './log-query.ts'

const now = Date.UTC(2026, 10, 22, 14, 2, 11)

function parsed(...args: string[]): LogFilters {
  const command = new Command().exitOverride().configureOutput({ writeErr: () => undefined })
  for (const option of logFilterOptions) command.addOption(option)
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

test('a search between two times in the wrong order is an error', () => {
  expect(() => logQuery(parsed('--after', '1h', '--before', '2h'), now)).toThrow(/no attempt is between/)
})

test('event types are separated by commas or given one by one', () => {
  const { eventType } = parsed('--event-type', 'a.b,c.d', '--event-type', 'e')
  expect(eventType).toEqual(['a.b', 'c.d', 'e'])
})

test('a class of codes may be written in capitals', () => {
  expect(parsed('--code', '5XX').code).toBe('5xx')
})
