import { createHash } from 'node:crypto'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Dialect } from '@posthorn/wire'
import type { Random } from '../src/clock.ts'
import type { Engine } from '../src/engine.ts'
import { EngineError } from '../src/errors.ts'
import type { Attempt } from '../src/model.ts'
import { openWith } from '../src/open.ts'
import { openSqlite } from '../src/store/sqlite/open.ts'
import type { Store } from '../src/store/store.ts'
import { hash, Network, type Answer, type Receiver } from './network.ts'
import { pick, seededRandom } from './random.ts'
import { VirtualClock } from './virtual-clock.ts'

const org = 'org_sim'
/** A file system in memory, if the machine has one: the simulator kills processes, but does not fail disks. */
const memory = '/dev/shm'
const day = 86_400_000
const hour = 3_600_000
const retrySchedule = [5, 60, 600, 3600, 14400, 43200]
const start = Date.UTC(2026, 0, 1)

/** Batches: arrays of up to three events with their ids; the first event waits up to 30 seconds for others. */
const batching: Dialect = {
  name: 'sim-batches',
  title: 'Batches of the simulator',
  version: 1,
  absent: ['type'],
  request: { method: 'POST', contentType: 'application/json', headers: { 'x-time': { $: 'sentAt', as: 'unix' } } },
  body: {
    kind: 'json',
    shape: { id: { $: 'id' }, data: { $: 'payload' } },
    batch: { form: 'array', maxMessages: 3, maxBytes: 100_000, maxWaitMs: 30_000 },
  },
  signatures: [
    {
      algorithm: 'hmac-sha256',
      key: { encoding: 'utf8', scope: 'endpoint' },
      over: [{ $: 'sentAt', as: 'unix' }, '.', { $: 'body' }],
      encoding: 'hex',
      header: 'x-signature',
      format: { bare: {} },
    },
  ],
}

/** The producer's own record of a message, written before and after each send. */
interface Sent {
  readonly eventId: string
  readonly payload: string
  /** `null` when no answer came: the message may or may not have been accepted. */
  message: string | null
  targets: readonly string[]
}

export interface SimulationResult {
  readonly seed: number
  readonly violations: readonly string[]
  /** Hash of all attempts in order. The same seed must give the same hash. */
  readonly logHash: string
  readonly crashes: number
  readonly messages: number
  readonly receipts: number
}

interface Process {
  readonly engine: Engine
  readonly store: Store
  /** Stops its timers and requests. A write that is under way completes or not, as when a real process is killed. */
  kill(): Promise<void>
}

/**
 * Simulates three virtual days: producers that send again when no answer came, receivers that fail in every way, and a process
 * that is killed at random moments and restarted. Then the receivers recover, all work ends, and the records of producer,
 * engine and receivers are compared.
 */
export async function simulate(seed: number): Promise<SimulationResult> {
  const random = seededRandom(seed)
  const clock = new VirtualClock(start)
  const network = new Network(clock, random)
  const log = createHash('sha256')
  const folder = mkdtempSync(join(existsSync(memory) ? memory : tmpdir(), 'posthorn-sim-'))
  const heal = start + 1.25 * day
  const sent: Sent[] = []
  const attempts = new Map<string, Attempt>()
  const violations: string[] = []
  const dying = new Set<Process>()
  // Some runs have small lanes, so that work spills to the queue and is read back.
  const laneItems = pick(random, [4, 16, 1000])
  let crashes = 0
  let life = await startProcess()
  try {
    const app = await life.engine.applications.create(org, { uid: 'app', name: 'sim' })
    const receivers = await addReceivers(life.engine, app.id)

    const messages = 20 + Math.floor(random.next() * 60)
    for (let index = 0; index < messages; index++)
      clock.after(
        random.next() * day,
        () => void produce(`event-${index}`, `{"n":${index}.0, "text":"\\u00e9 Zoë"}`, 5),
      )
    const kills = Math.floor(random.next() * 5)
    for (let index = 0; index < kills; index++) clock.after(random.next() * day, () => void restart())
    // A burst of messages around a crash, so that the crash happens between claim, send and record.
    if (kills > 0) {
      const at = random.next() * day
      for (let index = 0; index < 20; index++)
        clock.after(at, () => void produce(`burst-${index}`, `{"b":${index}}`, 5))
      clock.after(at + random.next() * 60, () => void restart())
    }

    await clock.runUntil(heal)
    for (const receiver of receivers) receiver.healsAt = 0
    await clock.runUntil(heal + day)
    violations.push(...(await checkNothingStuck(life, app.id)))
    await recoverHeld(life.engine, app.id)
    await clock.runUntil(heal + 2 * day)

    violations.push(...(await check(life, app.id, receivers)))
    return {
      seed,
      violations,
      logHash: log.digest('hex'),
      crashes,
      messages: sent.length,
      receipts: network.receipts.length,
    }
  } finally {
    await life.kill()
    rmSync(folder, { recursive: true, force: true })
  }

  async function startProcess(): Promise<Process> {
    const time = clock.processClock()
    const net = network.transport()
    const opened: Store[] = []
    const engine = await openWith(
      {
        database: `sqlite:${folder}`,
        threads: false,
        clock: time.clock,
        random,
        transport: net.transport,
        dialects: [batching],
        policy: { retrySchedule, timeoutSeconds: 15 },
        limits: { laneItems, refill: Math.max(2, laneItems / 4) },
      },
      async (options) => {
        const store = await openSqlite(options)
        opened.push(store)
        return store
      },
    )
    engine.on('attempt', (attempt) => {
      attempts.set(attempt.id, attempt)
      log.update(`${clock.now} ${attempt.id} ${attempt.result} ${attempt.code}\n`)
    })
    const [store] = opened
    if (!store) throw new Error('the engine opened no store')
    return {
      engine,
      store,
      async kill() {
        time.kill()
        net.kill()
        await store.close()
      },
    }
  }

  async function restart(): Promise<void> {
    crashes += 1
    dying.add(life)
    await life.kill()
    life = await startProcess()
  }

  /** Sends a message, and sends it again when no answer came, as a correct producer does. */
  async function produce(eventId: string, payload: string, tries: number): Promise<void> {
    const entry: Sent = sent.find((one) => one.eventId === eventId) ?? { eventId, payload, message: null, targets: [] }
    if (!sent.includes(entry)) sent.push(entry)
    const process = life
    try {
      const message = await process.engine.send(org, 'app', { eventType: 'a.b', eventId, payload })
      // The message was written, but the process was killed before it answered, so the producer gets no answer.
      if (dying.has(process)) throw new Error('no answer')
      entry.message = message.id
      entry.targets = message.targets
    } catch (error) {
      if (error instanceof EngineError && error.code === 'conflict') return
      // A missing answer is only allowed when the process was killed.
      if (process === life && !dying.has(process)) violations.push(`accept failed: ${String(error)}`)
      if (tries > 0) clock.after(1000, () => void produce(eventId, payload, tries - 1))
    }
  }

  async function addReceivers(engine: Engine, app: string): Promise<Receiver[]> {
    const receivers: Receiver[] = []
    const count = 1 + Math.floor(random.next() * 4)
    for (let index = 0; index < count; index++) {
      const url = `https://receiver-${index}.example/hook`
      const inBatches = random.next() < 0.4
      const endpoint = await engine.endpoints.create(org, app, { url, ...(inBatches && { dialect: batching.name }) })
      const secret = (await engine.endpoints.secrets(org, app, endpoint.id)).secret ?? ''
      const dialect = inBatches ? batching : 'standard'
      const receiver = {
        url,
        dialect,
        secret,
        answers: swarm(random),
        healsAt: Infinity,
        latencyMs: 5 + random.next() * 200,
      }
      network.add(receiver)
      receivers.push(receiver)
    }
    return receivers
  }

  async function recoverHeld(engine: Engine, app: string): Promise<void> {
    for (const endpoint of (await engine.endpoints.list(org, app)).data) {
      if (endpoint.hold !== null) await engine.endpoints.update(org, app, endpoint.id, { disabled: false })
      await engine.endpoints.recover(org, app, endpoint.id, { since: start })
    }
  }

  /** I10, before the recover calls: every delivery that is due and not held was sent. */
  async function checkNothingStuck({ engine, store }: Process, app: string): Promise<string[]> {
    const endpoints = (await engine.endpoints.list(org, app)).data
    const lanes = await store.queue.lanes()
    const stuck = lanes.filter(({ target, due }) => {
      const open = endpoints.some(({ id, hold }) => id === target && hold === null)
      return open && due < clock.now - hour
    })
    return stuck.map((lane) => `I10: due and not sent: ${JSON.stringify(lane)}`)
  }

  /** Promises I1 to I7, I9 and I10, checked with the records of producer, engine and receivers. */
  async function check({ engine, store }: Process, app: string, receivers: readonly Receiver[]): Promise<string[]> {
    const found: string[] = []
    const urls = new Map((await engine.endpoints.list(org, app)).data.map((endpoint) => [endpoint.id, endpoint.url]))
    for (const receipt of network.receipts)
      if (!receipt.verified) found.push(`I5: not verified: ${JSON.stringify(receipt)}`)
    for (const lane of await store.queue.lanes()) found.push(`I10: still queued: ${JSON.stringify(lane)}`)
    const listed = await allMessages(engine, app)
    for (const { eventId, payload, message } of sent) {
      const stored = listed.filter((one) => one.eventId === eventId)
      if (stored.length > 1) found.push(`I9: ${eventId} was accepted ${stored.length} times`)
      if (message !== null && stored[0]?.id !== message) found.push(`I1: acknowledged ${eventId} is not stored`)
      if (!stored[0]) continue
      for (const delivery of await engine.messages.deliveries(org, app, stored[0].id)) {
        const url = urls.get(delivery.endpoint)
        const receipts = network.receipts.filter((one) => one.message === stored[0]?.id && one.url === url)
        const taken = receipts.filter((one) => one.accepted)
        if (delivery.state !== 'success') found.push(`I1: ${eventId} to ${url} ended as ${delivery.state}`)
        if (taken.length === 0) found.push(`I2: ${eventId} is ${delivery.state}, and ${url} never took it`)
        const log = [...attempts.values()].filter(
          (one) => one.message === stored[0]?.id && one.endpoint === delivery.endpoint,
        )
        const ambiguous = log.filter((one) => one.result === 'interrupted' || one.error?.code === 'timeout').length
        if (taken.length > 1 + ambiguous) found.push(`I3: ${eventId} was taken ${taken.length} times by ${url}`)
        const numbers = log.filter((one) => one.result !== 'interrupted').map((one) => one.attempt)
        const tried = new Set(log.map((one) => one.attempt))
        for (let number = 1; number <= Math.max(...tried); number++)
          if (!tried.has(number)) found.push(`I4: ${eventId} to ${url} has no attempt ${number}`)
        const results = log.filter((one) => one.result !== 'interrupted').map((one) => one.result)
        const exhaustedAt = results.indexOf('exhausted')
        if (exhaustedAt !== -1 && exhaustedAt !== retrySchedule.length)
          found.push(`I7: ${eventId} to ${url} was exhausted after ${exhaustedAt} failures`)
        if (new Set(numbers).size !== numbers.length)
          found.push(`I4: ${eventId} to ${url} has an attempt number twice: ${numbers.join(' ')}`)
        for (const one of log)
          for (const next of log)
            if (
              next.attempt === one.attempt + 1 &&
              one.nextAttemptAt !== null &&
              next.startedAt < one.nextAttemptAt - 1000
            )
              found.push(`I7: ${eventId} attempt ${next.attempt} began before it was due`)
        for (const receipt of receipts)
          if (receipt.payloadHash !== hash(payload)) found.push(`I6: the body of ${eventId} changed`)
        // A batch that is sent again has the same bytes. Only a manual resend or recover puts a message into another batch.
        const batches = new Set(receipts.filter(({ members }) => members > 1).map(({ requestHash }) => requestHash))
        const named = new Set(log.flatMap(({ batch }) => batch ?? []))
        if (batches.size > named.size)
          found.push(`I3: ${eventId} came to ${url} in ${batches.size} batches, and was in ${named.size}`)
      }
    }
    if (listed.length < sent.length) found.push(`I10: ${sent.length - listed.length} events were never accepted`)
    if (receivers.length === 0) found.push('there were no receivers')
    return found
  }
}

function swarm(random: Random): Answer[] {
  const all: readonly Answer[] = [200, 204, 301, 400, 429, 500, 503, 'refused', 'reset', 'reset_after', 'hang']
  const chosen = all.filter(() => random.next() < 0.4)
  // 410 is rare, because a held endpoint gets no more requests and would hide other faults.
  if (random.next() < 0.1) chosen.push(410)
  return chosen.length > 0 ? chosen : [pick(random, all)]
}

async function allMessages(engine: Engine, app: string): Promise<{ id: string; eventId: string | null }[]> {
  const rows: { id: string; eventId: string | null }[] = []
  for (let iterator: string | null = null; ;) {
    const page = await engine.messages.list(org, app, { limit: 250, iterator, order: 'ascending' })
    rows.push(...page.data)
    if (page.done) return rows
    iterator = page.iterator
  }
}
