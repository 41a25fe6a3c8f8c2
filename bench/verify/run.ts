import { createHmac, timingSafeEqual } from 'node:crypto'
import { verify as verifyGitHub } from '@octokit/webhooks-methods'
import { dialect, verifySync, type WireMessage } from '@posthorn/wire'
import { Webhook as StandardWebhook } from 'standardwebhooks'
import Stripe from 'stripe'
import { Webhook as SvixWebhook } from 'svix'
import type { BenchmarkOptions } from '../support/options.ts'
import { machine, median, textTable } from '../support/machine.ts'

const rounds = 301
const roundMs = 2

interface Contestant {
  readonly name: string
  readonly run: () => unknown
}

interface Group {
  readonly title: string
  /** Ours is the first one. */
  readonly contestants: readonly Contestant[]
}

/**
 * What signing and verifying cost, beside the official packages and beside what one writes by hand, in the same run. The contestants take
 * turns in short rounds, so that a busy machine slows all of them alike. Everyone's set-up (decoding the secret, compiling) is done before.
 * `by hand` is the least that is still right: it knows its three headers, and has none of the limits and none of the hints.
 */
export async function verify({ json }: BenchmarkOptions): Promise<void> {
  const results: { title: string; rows: { name: string; microseconds: number }[] }[] = []
  for (const { title, contestants } of groups) {
    if (!json) process.stderr.write(`${title}\n`)
    results.push({ title, rows: await measured(contestants) })
  }
  if (json) console.log(JSON.stringify({ machine: machine(), rounds, roundMs, results }, null, 2))
  else
    console.log(
      [
        machine(),
        `bodies of ${standard.bytes.length} bytes (signinapp: ${signinapp.bytes.length}), median of ${rounds} rounds of ${roundMs} ms each`,
        ...results.flatMap(({ title, rows }) => [
          '',
          textTable([[title, 'µs', 'times ours'], ...rows.map(cellsBeside(rows[0]!))]),
        ]),
      ].join('\n'),
    )
}

function cellsBeside(ours: { microseconds: number }) {
  return ({ name, microseconds }: { name: string; microseconds: number }): string[] => [
    name,
    microseconds.toFixed(2),
    (microseconds / ours.microseconds).toFixed(2),
  ]
}

async function measured(contestants: readonly Contestant[]): Promise<{ name: string; microseconds: number }[]> {
  const entries = []
  for (const one of contestants) {
    await callMicroseconds(one.run, 3000)
    const calls = Math.ceil((roundMs * 1000) / (await callMicroseconds(one.run, 3000)))
    entries.push({ ...one, calls, times: [] as number[] })
  }
  for (let round = 0; round < rounds; round++)
    // In another order each round, because garbage of one contestant is collected while the next one runs.
    for (const entry of shuffled(entries)) entry.times.push(await callMicroseconds(entry.run, entry.calls))
  return entries.map(({ name, times }) => ({ name, microseconds: median(times) }))
}

/** Microseconds for one call, over a round. A package whose function is asynchronous is awaited, call by call. */
async function callMicroseconds(run: () => unknown, calls: number): Promise<number> {
  const isAsync = run() instanceof Promise
  const startedAt = process.hrtime.bigint()
  if (isAsync) for (let index = 0; index < calls; index++) await run()
  else for (let index = 0; index < calls; index++) run()
  return Number(process.hrtime.bigint() - startedAt) / 1000 / calls
}

function shuffled<Item>(items: readonly Item[]): Item[] {
  return items
    .map((item) => ({ item, place: Math.random() }))
    .toSorted((a, b) => a.place - b.place)
    .map(({ item }) => item)
}

// What is verified: a request of ours as a framework hands it over, with the headers that come with it.

const now = Date.now()
const url = 'https://example.com/hooks'
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

interface ReceivedRequest {
  readonly headers: Record<string, string>
  readonly text: string
  readonly bytes: Buffer
}

function received(name: string, secret: string): ReceivedRequest {
  const request = dialect(name).encodeSync({ message, url, secrets: [secret], sentAt: now, attempt: 1 })
  const bytes = Buffer.from(request.body ?? [])
  const others = { host: 'example.com', 'user-agent': 'bench', accept: '*/*', 'content-length': String(bytes.length) }
  return { headers: { ...others, ...Object.fromEntries(request.headers) }, text: bytes.toString('utf8'), bytes }
}

const standard = received('standard', standardSecret)
const svix = received('svix', standardSecret)
const signinapp = received('signinapp', textSecret)

const standardWebhook = new StandardWebhook(standardSecret)
const svixWebhook = new SvixWebhook(standardSecret)
const { webhooks: stripe } = new Stripe('sk_test_of_the_benchmark')
const stripeTime = Math.floor(now / 1000)
const stripeSignature = `t=${stripeTime},v1=${createHmac('sha256', textSecret).update(`${stripeTime}.${standard.text}`).digest('hex')}`
const gitHubSignature = `sha256=${createHmac('sha256', textSecret).update(standard.text).digest('hex')}`
const key = Buffer.from(standardSecret.slice('whsec_'.length), 'base64')
const body = dialect('standard').body(message)
const input = { message, url, secrets: [standardSecret], sentAt: now, attempt: 1, body }

function ours(name: string, secret: string, headers: Record<string, string>, given: string | Buffer): unknown {
  const result = verifySync({ headers, body: given }, { dialect: name, secret })
  if (!result.ok) throw new Error(result.message)
  return result
}

function byHand(headers: Record<string, string>, given: string | Buffer): unknown {
  const signature = Buffer.from((headers['webhook-signature'] ?? '').slice('v1,'.length), 'base64')
  const mac = createHmac('sha256', key)
  mac.update(`${headers['webhook-id']}.${headers['webhook-timestamp']}.`)
  mac.update(given)
  const expected = mac.digest()
  if (signature.length !== expected.length || !timingSafeEqual(signature, expected)) throw new Error('refused')
  if (Math.abs(Date.now() / 1000 - Number(headers['webhook-timestamp'])) > 300) throw new Error('stale')
  return JSON.parse(given.toString())
}

async function gitHub(): Promise<unknown> {
  if (!(await verifyGitHub(textSecret, standard.text, gitHubSignature))) throw new Error('refused')
  return JSON.parse(standard.text)
}

function signedByHand(): unknown {
  const mac = createHmac('sha256', key)
  mac.update(`${message.id}.${Math.floor(now / 1000)}.`)
  mac.update(body ?? '')
  return [['webhook-signature', `v1,${mac.digest('base64')}`]]
}

const groups: readonly Group[] = [
  {
    title: 'verify, the body as text',
    contestants: [
      { name: 'posthorn standard', run: () => ours('standard', standardSecret, standard.headers, standard.text) },
      { name: 'posthorn svix', run: () => ours('svix', standardSecret, svix.headers, svix.text) },
      { name: 'posthorn signinapp', run: () => ours('signinapp', textSecret, signinapp.headers, signinapp.text) },
      { name: 'by hand', run: () => byHand(standard.headers, standard.text) },
      { name: 'standardwebhooks', run: () => standardWebhook.verify(standard.text, standard.headers) },
      { name: 'svix', run: () => svixWebhook.verify(svix.text, svix.headers) },
      { name: 'stripe', run: () => stripe.constructEvent(standard.text, stripeSignature, textSecret) },
      { name: '@octokit/webhooks-methods, and JSON.parse', run: gitHub },
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
      { name: 'stripe', run: () => stripe.constructEvent(standard.bytes, stripeSignature, textSecret) },
    ],
  },
  {
    title: 'sign',
    contestants: [
      { name: 'posthorn encodeSync, shared body', run: () => dialect('standard').encodeSync(input) },
      { name: 'by hand', run: signedByHand },
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
