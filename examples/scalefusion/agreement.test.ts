import { describe, expect, test } from 'vitest'
import { disagreement } from './agreement.ts'

describe('the log and the receiver', () => {
  const row = { eventType: 'a', requestId: '1', code: 200, timestamp: '2024-01-05T09:30:00.000Z', durationMs: 20 }
  const received = { event: 'a', request_id: '1', answered: 200, at: '2024-01-05T09:30:00.010Z' }
  const refused = { answered: 406, at: received.at }

  test.each([
    [[row], [received], null],
    [[{ ...row, code: 406 }], [refused], null],
    [[row, row], [received], /2 requests.*sent 1/],
    [[row], [received, received], /1 requests.*sent 2/],
    [[row], [refused], /code 200 in the log, and was answered 406/],
    [[row], [{ ...received, request_id: '2' }], /arrived as a, 2/],
    [[row], [{ ...received, event: 'b' }], /arrived as b, 1/],
    [[row], [{ ...received, at: '2024-01-05T09:31:00.000Z' }], /went out at .*, and arrived at/],
  ])('%#', (rows, said, sentence) => {
    const difference = disagreement(rows, said)
    if (sentence === null) expect(difference).toBeNull()
    else expect(difference).toMatch(sentence)
  })
})
