/**
 * Comapi's webhooks: text messages are sent, delivered, read, and their receipts arrive in any order, some of them twice. A Rails
 * application takes them in, RabbitMQ has them, workers remember in Redis what is true in the end. README.md says which sentence
 * of the vendor's document each step is.
 */
import { execFile } from 'node:child_process'
import { createHmac } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { ApiError } from '@posthorn/api'
import { code, messages, offer, parcel, receiptOf, reminder, type Message, type Receipt } from './messages.ts'
import { chapter, say, table } from './print.ts'
import { startReceiver, type Handled, type Receiver } from './receiver.ts'
import { ensure, StoryError } from './story-error.ts'
import { startVendor, type ApiSpace } from './vendor.ts'

/** That of the registration. It goes the way of all messages, but is not in the log. */
const testMessages = 1

/** A phrase, as people type one. At least sixteen characters. */
const secret = 'grüne Äpfel & 3 Birnen 🍐'

interface Story {
  readonly space: ApiSpace
  readonly receiver: Receiver
  /** The webhook registration. */
  readonly endpoint_id: string
}

try {
  await tell()
} catch (error) {
  // What the server refuses is a sentence too; everything else is a bug, and shows where.
  if (!(error instanceof StoryError || error instanceof ApiError)) throw error
  console.error(`\nIt did not go as it should: ${error.message}`)
  process.exitCode = 1
}

async function tell(): Promise<void> {
  await theRuleAlone()
  await using receiver = await theReceiver()
  await using space = await startVendor()
  const endpoint_id = await registration(space, receiver)
  const story = { space, receiver, endpoint_id }
  await oneMessage(story)
  await manyMessages(story)
  await strangers(story)
  await inTheEnd(story)
  console.log('\nEvery message is in its true last state.')
}

/** The worker's own code, with made-up receipts, in a process of its own: no queue, no Redis. */
async function theRuleAlone(): Promise<void> {
  chapter('The rule of the workers, alone')
  const program = fileURLToPath(new URL('receiver/histories.rb', import.meta.url))
  const { stdout } = await promisify(execFile)('ruby', [program]).catch((error: Error & { stderr?: string }) => {
    throw new StoryError(error.stderr || 'There is no Ruby here; on Debian: apt-get install ruby')
  })
  const result = JSON.parse(stdout) as Record<
    'seed' | 'histories' | 'arrivals' | 'obsolete' | 'wrong_by_arrival',
    number
  >
  say(
    `${result.histories} messages (seed ${result.seed})`,
    `${result.arrivals} receipts, mixed up, some of them repeated`,
  )
  say('Dropped as obsolete', String(result.obsolete))
  say('In a wrong state at the end', `none; if the last to arrive counted, ${result.wrong_by_arrival}`)
}

async function theReceiver(): Promise<Receiver> {
  chapter('The receiver')
  const receiver = await startReceiver(secret)
  say('Redis, RabbitMQ, Rails, two workers', 'are up, all of them private')
  const page = await fetch(receiver.url)
  const title = /<h1>(.*)<\/h1>/.exec(await page.text())?.[1]
  ensure(page.status === 200 && title !== undefined, `The page answered ${page.status}.`)
  say(`GET ${receiver.url}`, `${page.status} ${title}`)
  return receiver
}

/** Hub > Webhooks: an address, a secret, and the events that are ticked. */
async function registration({ client, app }: ApiSpace, receiver: Receiver): Promise<string> {
  chapter('The webhook registration')
  const { data } = await client.eventType.list({ query: { limit: 250 } })
  const ticked = ['sent', 'delivered', 'read', 'failed', 'expired', 'inbound'].map((name) => `message.${name}`)
  const body = {
    name: 'Receipts',
    url: receiver.url,
    secret,
    eventTypes: ticked,
    // Of the vendor's own bounds, 500 events and 60 seconds, something smaller: nobody waits for a minute in a story.
    batch: { maxMessages: 4, maxWaitSeconds: 1 },
  }
  const { id: endpoint_id } = await client.endpoint.create({ params: app, body })
  say(`Ticked, of ${data.length} events`, ticked.join(', '))
  const tested = await client.endpoint.test({ params: { ...app, endpoint_id } })
  for (const { step, ok, message } of tested.steps) say(`Test: ${step}`, ok === null ? '-' : message)
  const { status, body: words } = tested.message?.response ?? {}
  ensure(tested.ok, `The test of the registration failed: ${status} ${words}`)
  say(`Test: ${tested.eventType}`, `${status} ${words}`)
  await receiver.settled(testMessages)
  return endpoint_id
}

/** One receipt at a time is one object. The later ones come first. */
async function oneMessage(story: Story): Promise<void> {
  chapter(`One message: ${parcel.text}`)
  for (const status of ['read', 'sent', 'delivered'] as const) await arrive(story, [[parcel, status]])
}

/** Several at a time are an array, and the order is that of the networks. */
async function manyMessages(story: Story): Promise<void> {
  chapter('Many messages')
  await arrive(story, [
    [code, 'delivered'],
    [reminder, 'failed'],
    [offer, 'sent'],
    [code, 'sent'],
    [offer, 'expired'],
    [reminder, 'sent'],
    [offer, 'sent'],
    [code, 'delivered'],
  ])
  const { space, endpoint_id } = story
  const { client, app } = space
  // The customer writes back, and changes a profile. There is no revision in the one, and nobody has ticked the other.
  const reply = { id: crypto.randomUUID(), channel: 'sms', from: { phoneNumber: parcel.to }, text: 'Danke 😀' }
  await space.happen('profile.update', { id: 'ada.byron', firstName: 'Ada' })
  await watch(story, () => space.happen('message.inbound', reply))
  const about = await client.log.list({ params: app, query: { event_type: 'profile.update' } })
  ensure(about.data.length === 0, 'An event was forwarded that is not ticked.')
  say('profile.update', 'not ticked, not forwarded')
  // The very same event once more, with its id: as after an answer that was lost.
  const { data } = await client.log.list({ params: app, query: { event_type: 'message.read', limit: 1 } })
  await watch(story, () => client.attempt.resend({ params: { ...app, msg_id: data[0]!.msgId, endpoint_id } }))
  const batches = story.receiver.answered().map(({ events = 0 }) => events)
  ensure(batches.includes(1) && Math.max(...batches) > 1, `There were ${batches.join(', ')} events in the requests.`)
}

/** These receipts are reported, in this order. */
async function arrive(story: Story, receipts: readonly (readonly [Message, Receipt['status']])[]): Promise<void> {
  await watch(story, async () => {
    for (const [message, status] of receipts) await story.space.report(message, receiptOf(message, status))
  })
}

/** Prints what Rails answers and what the workers do, of all that follows from this. */
async function watch({ space, receiver }: Story, happening: () => Promise<unknown>): Promise<void> {
  const [answeredBefore, handledBefore] = [receiver.answered().length, new Set(receiver.handled())]
  await happening()
  await space.idle()
  const { success } = await space.client.log.summary({ params: space.app })
  await receiver.settled(testMessages + success)
  for (const { answered, events = 0 } of receiver.answered().slice(answeredBefore)) {
    ensure(answered === 200, `Rails answered ${answered}.`)
    say(`Rails: ${answered}`, events === 1 ? 'one event' : `a batch of ${events} events`)
  }
  for (const handled of receiver.handled().filter((one) => !handledBefore.has(one)))
    say(`  ${handled.name}`, why(handled))
}

function why({ revision, outcome, id }: Handled): string {
  const which = messages.find((message) => message.id === id)?.text ?? id
  if (outcome === 'other') return 'not a receipt: it has no revision'
  return `revision ${revision}, ${outcome === 'kept' ? 'kept    ' : 'obsolete'}  ${which}`
}

/** Nothing is believed that has another hash, or none. */
async function strangers({ receiver }: Story): Promise<void> {
  chapter('Somebody else writes to the receiver')
  const event = { name: 'message.failed', payload: { id: parcel.id, status: 'failed' }, revision: 99 }
  const body = JSON.stringify(event)
  const hash = (text: string, key = secret) => createHmac('sha1', key).update(text).digest('hex')
  const tries = [
    [
      'with another secret',
      body,
      hash(body, 'another phrase of theirs'),
      '401 Invalid request: HMAC hash check failed!',
    ],
    ['with the hash of another body', `${body} `, hash(body), '401 Invalid request: HMAC hash check failed!'],
    ['without a hash', body, null, '401 Invalid request: No HMAC value found!'],
    ['no JSON, rightly hashed', 'hello', hash('hello'), '400 Bad request - No JSON body found!'],
  ] as const
  for (const [what, sent, signature, expected] of tries) {
    const headers = {
      'content-type': 'application/json',
      ...(signature === null ? {} : { 'x-comapi-signature': signature }),
    }
    const response = await fetch(receiver.url, { method: 'POST', headers, body: sent })
    const answer = `${response.status} ${await response.text()}`
    ensure(answer === expected, `An event ${what} was answered ${answer}.`)
    say(what, answer)
  }
}

async function inTheEnd({ space: { client, app }, receiver }: Story): Promise<void> {
  chapter('What is true in the end')
  const states = await receiver.states()
  const rows = [['Message', 'Status', 'Revision']]
  for (const { id, text, receipts } of messages) {
    const [state, last] = [states[id], receipts.at(-1)!]
    ensure(
      state?.status === last.status && state.revision === last.revision,
      `"${text}" is ${state?.status} (${state?.revision}), and has to be ${last.status} (${last.revision}).`,
    )
    ensure(state.text === text, `The text of a message has become ${state.text}.`)
    rows.push([text, state.status, String(state.revision)])
  }
  table(rows)
  ensure(
    Object.keys(states).length === messages.length + testMessages,
    'There are states of messages that nobody has sent.',
  )
  const { total, success } = await client.log.summary({ params: app })
  const count = (outcome: Handled['outcome']) => receiver.handled().filter((one) => one.outcome === outcome).length
  say('Forwarded', `${total} events, ${success} of them taken`)
  say('The workers', `${count('kept')} kept, ${count('obsolete')} obsolete, ${count('other')} not a receipt`)
  ensure(total === success, 'Not everything was taken.')
  ensure(receiver.handled().length === testMessages + success, 'The workers were given more than was forwarded.')
}
