/**
 * Who is inside, for the day when a building has to be left. A line "catch up" on standard input reads the history.
 *
 * SECRET                      what the notification was configured with
 * HISTORY_URL, HISTORY_TOKEN  where the history is
 */
import { createHmac, timingSafeEqual } from 'node:crypto'
import { createServer } from 'node:http'
import { createInterface } from 'node:readline'
import { buffer } from 'node:stream/consumers'

const { SECRET, HISTORY_URL, HISTORY_TOKEN } = process.env
const toleranceSeconds = 300
const pageSize = 2

/** The last that is known of each visitor. */
const visitors = new Map()
let readUntil = new Date().toISOString()

const say = (fields) => console.log(JSON.stringify(fields))

/** Why this request is not believed; `null`: it is Sign In App's. */
function refusal(header, body) {
  const { t, s1 } = /^t=(?<t>\d+),s1=(?<s1>[0-9a-f]{64})$/.exec(header ?? '')?.groups ?? {}
  if (t === undefined) return 'no signature'
  const expected = createHmac('sha256', SECRET).update(`${t}.`).update(body).digest()
  if (!timingSafeEqual(expected, Buffer.from(s1, 'hex'))) return 'wrong signature'
  // Only now is the time known to be Sign In App's.
  if (Math.abs(Date.now() / 1000 - Number(t)) > toleranceSeconds) return 'too old'
  return null
}

/** Requests can overtake each other, and the history repeats what is known: what happened last counts, not what was told last. */
function note(event, at, { id, name }) {
  const happenedAt = Date.parse(at)
  if (happenedAt < (visitors.get(id)?.happenedAt ?? -Infinity)) return
  visitors.set(id, { name, happenedAt, isInside: event === 'visitor.signin' })
}

const inside = () => [...visitors.values()].filter(({ isInside }) => isInside).map(({ name }) => name)

/** Oldest first, until there is nothing newer. */
async function catchUp() {
  for (let iterator = null; ;) {
    const url = new URL(HISTORY_URL)
    url.search = new URLSearchParams({
      after: readUntil,
      event_types: 'visitor.signout',
      order: 'ascending',
      limit: pageSize,
      ...(iterator === null ? {} : { iterator }),
    })
    const response = await fetch(url, { headers: { authorization: `Bearer ${HISTORY_TOKEN}` } })
    if (!response.ok) throw new Error(`The history answered ${response.status}: ${await response.text()}`)
    const page = await response.json()
    for (const { eventType, occurredAt, payload } of page.data) note(eventType, occurredAt, payload.visitor)
    say({ page: page.data.map(({ payload, deliver }) => ({ name: payload.visitor.name, deliver })) })
    if (page.done) {
      readUntil = page.data.at(-1)?.timestamp ?? readUntil
      say({ inside: inside() })
      return
    }
    iterator = page.iterator
  }
}

createInterface(process.stdin).on('line', (line) => {
  if (line === 'catch up') void catchUp()
})

const server = createServer(async (request, response) => {
  const body = await buffer(request)
  const header = request.headers['x-signinapp-webhook-signature']
  const reason = refusal(header, body)
  if (reason !== null) {
    say({ answered: 401 })
    response.writeHead(401).end(reason)
    return
  }
  const visit = JSON.parse(body)
  note(visit.event, visit.event_at, visit.visitor)
  say({ answered: 204, signature: header, body: visit })
  response.writeHead(204).end()
})
server.listen(0, '127.0.0.1', () => console.log(`http://127.0.0.1:${server.address().port}/visits`))
