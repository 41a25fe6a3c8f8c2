import { disagreement } from './agreement.ts'
import type { Dashboard } from './dashboard.ts'
import { chapter, dateAndTime, quote, say, table } from './print.ts'
import type { Received } from './rails.ts'
import { ensure } from './story-error.ts'

/** The Logs section: summary, events, filters and payload. Reading is all that it needs; it has to agree with the receiver. */
export async function viewLogs(dashboard: Dashboard, received: readonly Received[]): Promise<void> {
  chapter('View Logs')
  const { total, success, failed } = await dashboard.summary()
  table([
    ['Total Events', 'Total Success Events', 'Total Failed Events'],
    [String(total), String(success), String(failed)],
  ])

  console.log()
  const rows = await dashboard.events()
  table([
    ['Event Type', 'Request ID', 'Response Code', 'Date & Time', 'Rails says'],
    ...rows.map(({ eventType, requestId, code, timestamp }, index) => {
      const { answered, request_id } = received[index] ?? {}
      const read = request_id === undefined ? 'not looked at' : `received ${shortened(request_id)}`
      return [eventType, requestId, String(code), dateAndTime(timestamp), `${answered}, ${read}`]
    }),
  ])

  console.log()
  const [mismatch, ...more] = await dashboard.events({ code: '406' })
  ensure(
    mismatch !== undefined && more.length === 0,
    'The filter for the response code 406 does not find the one refusal.',
  )
  say('Filter: Response Code 406', mismatch.requestId)
  say('What the receiver answered to it', await dashboard.answer(mismatch))
  const last = rows.at(-1)!
  const [found, ...others] = await dashboard.events({ request_id: last.requestId })
  ensure(found?.id === last.id && others.length === 0, 'The filter for a request id does not find its row.')
  say(`Filter: Request ID ${shortened(last.requestId)}`, `${found.eventType}, ${dateAndTime(found.timestamp)}`)
  say('Request Payload View', 'of the same one')
  quote(await dashboard.requestPayload(found))

  const difference = disagreement(rows, received)
  ensure(difference === null, difference ?? '')
  ensure(total === rows.length && failed === 1 && success === total - 1, 'The totals are not those of the rows.')
  console.log(`\nThe log and the Rails application agree: ${total} requests, ${success} taken, ${failed} refused.`)
}

const shortened = (id: string): string => `${id.slice(0, 13)}…`
