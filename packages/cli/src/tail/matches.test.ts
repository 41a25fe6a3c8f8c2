import { expect, test } from 'vitest'
import type { LogEntry } from '@posthorn/api'
import type { EntryFilters } from '../log/filter-options.ts'
import { matches } from './matches.ts'

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

test.each<[filters: EntryFilters, change: Partial<LogEntry>, expected: boolean]>([
  [{}, {}, true],
  [{ code: '503' }, {}, true],
  [{ code: '5xx' }, {}, true],
  [{ code: '4xx' }, {}, false],
  [{ code: '0' }, {}, false],
  [{ code: '0' }, { code: 0 }, true],
  [{ code: '5xx' }, { code: 0 }, false],
  [{ status: 'failed' }, {}, true],
  [{ status: 'failed' }, { result: 'exhausted' }, true],
  [{ status: 'failed' }, { result: 'interrupted' }, true],
  [{ status: 'failed' }, { result: 'quarantined' }, true],
  [{ status: 'failed' }, { result: 'cancelled' }, true],
  [{ status: 'failed' }, { result: 'success' }, false],
  [{ status: 'exhausted' }, {}, false],
  [{ eventType: ['x', 'a.b'] }, {}, true],
  [{ eventType: ['x'] }, {}, false],
  [{ endpoint: 'ep_1' }, {}, true],
  [{ endpoint: 'ep_2' }, {}, false],
  [{ code: '503', eventType: ['x'] }, {}, false],
])('%j for a line with %j: %s', (filters, change, expected) => {
  expect(matches({ ...entry, ...change }, filters)).toBe(expected)
})
