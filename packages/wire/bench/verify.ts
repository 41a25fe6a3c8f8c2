/**
 * What signing and verifying cost, beside the official packages and beside what one writes by hand, in the same run:
 *
 *   node --conditions=posthorn-source packages/wire/bench/verify.ts
 *
 * The contestants take turns in short rounds, so that a busy machine slows all of them alike. Printed are the median
 * round and its ratio to ours. Everyone's set-up (decoding the secret, compiling) is done before; `by hand` is the least
 * that is still right: it knows its three headers, and has none of the limits and none of the hints.
 */
import { createHmac, timingSafeEqual } from 'node:crypto'
import { dialect, verifySync, type WireMessage } from '@posthorn/wire'
import { Webhook as StandardWebhook } from 'standardwebhooks'
import { Webhook as SvixWebhook } from 'svix'

const rounds = 301
const roundMs = 2

const now = Date.now()
const standardSecret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'
const textSecret = 'MySharedSecret'
const message: WireMessage = {
  id: 'msg_0KN9svTmRKnRWY7h',
  type: 'invoice.paid',
  payload: JSON.stringify({ data: records(9) }, null, 1),
  occurredAt: now,
  acceptedAt: now,
}

function records(count: number): unknown[] {
  return Array.from({ length: count }, (_, index) => ({
    id: `in_${index}`,
    customer: `Zoë ${index}`,
    total: 1250.5 * index,
    paid: index % 2 === 0,
    lines: [index, index + 1],
  }))
}

interface Contestant {
  name: string
  run: () => unknown
}

/** A request of ours as a framework hands it over: headers as an object in lower case, among those that others send. */
function received(name: string, secret: string): { headers: Record<string, string>; text: string; bytes: Buffer } {
  const request = dialect(name).encodeSync({ message, url, secrets: [secret], sentAt: now, attempt: 1 })
  const bytes = Buffer.from(request.body ?? [])
  const others = { host: 'example.com', 'user-agent': 'bench', accept: '*/*', 'content-length': String(bytes.length) }
  return { headers: { ...others, ...Object.fromEntries(request.headers) }, text: bytes.toString('utf8'), bytes }
}

const url = 'https://example.com/hooks'
const standard = received('standard', standardSecret)
const svix = received('svix', standardSecret)
const signinapp = received('signinapp', textSecret)

const standardWebhook = new StandardWebhook(standardSecret)
const svixWebhook = new SvixWebhook(standardSecret)
const key = Buffer.from(standardSecret.slice('whsec_'.length), 'base64')
const body = dialect('standard').body(message)
const input = { message, url, secrets: [standardSecret], sentAt: now, attempt: 1, body }

function byHand(headers: Record<string, string>, text: string | Buffer): unknown {
  const signature = Buffer.from((headers['webhook-signature'] ?? '').slice('v1,'.length), 'base64')
  const mac = createHmac('sha256', key)
  mac.update(`${headers['webhook-id']}.${headers['webhook-timestamp']}.`)
  mac.update(text)
  const expected = mac.digest()
  if (signature.length !== expected.length || !timingSafeEqual(signature, expected)) throw new Error('refused')
  if (Math.abs(Date.now() / 1000 - Number(headers['webhook-timestamp'])) > 300) throw new Error('stale')
  return JSON.parse(text.toString())
}

function ours(name: string, secret: string, headers: Record<string, string>, given: string | Buffer): unknown {
  const result = verifySync({ headers, body: given }, { dialect: name, secret })
  if (!result.ok) throw new Error(result.message)
  return result
}

const groups: { title: string; contestants: Contestant[] }[] = [
  {
    title: 'verify, the body as text',
    contestants: [
      { name: 'posthorn standard', run: () => ours('standard', standardSecret, standard.headers, standard.text) },
      { name: 'posthorn svix', run: () => ours('svix', standardSecret, svix.headers, svix.text) },
      { name: 'posthorn signinapp', run: () => ours('signinapp', textSecret, signinapp.headers, signinapp.text) },
      { name: 'by hand', run: () => byHand(standard.headers, standard.text) },
      { name: 'standardwebhooks', run: () => standardWebhook.verify(standard.text, standard.headers) },
      { name: 'svix', run: () => svixWebhook.verify(svix.text, svix.headers) },
    ],
  },
  {
    title: 'verify, the body as a Buffer',
    contestants: [
      { name: 'posthorn standard', run: () => ours('standard', standardSecret, standard.headers, standard.bytes) },
      { name: 'posthorn svix', run: () => ours('svix', standardSecret, svix.headers, svix.bytes) },
      { name: 'posthorn signinapp', run: () => ours('signinapp', textSecret, signinapp.headers, signinapp.bytes) },
      { name: 'by hand', run: () => byHand(standard.headers, standard.bytes) },
      { name: 'standardwebhooks', run: () => standardWebhook.verify(standard.bytes, standard.headers) },
      { name: 'svix', run: () => svixWebhook.verify(svix.bytes, svix.headers) },
    ],
  },
  {
    title: 'sign',
    contestants: [
      { name: 'posthorn encodeSync, shared body', run: () => dialect('standard').encodeSync(input) },
      {
        name: 'by hand',
        run: () => {
          const mac = createHmac('sha256', key)
          mac.update(`${message.id}.${Math.floor(now / 1000)}.`)
          mac.update(body ?? '')
          return [['webhook-signature', `v1,${mac.digest('base64')}`]]
        },
      },
      { name: 'standardwebhooks', run: () => standardWebhook.sign(message.id, new Date(now), message.payload) },
      { name: 'svix', run: () => svixWebhook.sign(message.id, new Date(now), message.payload) },
    ],
  },
  {
    title: 'check a message before it is accepted',
    contestants: [
      { name: 'posthorn check standard', run: () => dialect('standard').check(message) },
      { name: 'posthorn check signinapp', run: () => dialect('signinapp').check(message) },
      { name: 'JSON.parse', run: () => JSON.parse(message.payload) as unknown },
    ],
  },
]

/** Microseconds for one call, over a round of some milliseconds. */
function measure(run: () => unknown, calls: number): number {
  const startedAt = process.hrtime.bigint()
  for (let index = 0; index < calls; index++) run()
  return Number(process.hrtime.bigint() - startedAt) / 1000 / calls
}

function shuffled<Item>(items: readonly Item[]): Item[] {
  return items
    .map((item) => ({ item, place: Math.random() }))
    .sort((a, b) => a.place - b.place)
    .map(({ item }) => item)
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0
}

console.log(`Node ${process.version}, bodies of ${standard.bytes.length} and ${signinapp.bytes.length} bytes`)
console.log(`median of ${rounds} rounds of ${roundMs} ms each\n`)
for (const { title, contestants } of groups) {
  const entries = contestants.map((one) => {
    measure(one.run, 3000)
    return { ...one, calls: Math.ceil((roundMs * 1000) / measure(one.run, 3000)), times: [] as number[] }
  })
  for (let round = 0; round < rounds; round++) {
    // In another order each round: whoever comes next pays for the garbage that one leaves.
    for (const entry of shuffled(entries)) entry.times.push(measure(entry.run, entry.calls))
  }
  console.log(title)
  const reference = median(entries[0]?.times ?? [])
  for (const { name, times } of entries) {
    const time = median(times)
    console.log(
      `  ${name.padEnd(34)}${time.toFixed(2).padStart(7)} µs${(time / reference).toFixed(2).padStart(7)} x ours`,
    )
  }
}
