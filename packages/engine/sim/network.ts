import { createHash } from 'node:crypto'
import { verifySync, type DialectLike } from '@posthorn/wire'
import type { Random } from '../src/clock.ts'
import type { Outcome, Transport, TransportRequest } from '../src/transport/transport.ts'
import { verdictOf } from '../src/transport/http/verdict.ts'
import { pick } from './random.ts'
import type { VirtualClock } from './virtual-clock.ts'

/** How a receiver behaves in one run. The seed gives each receiver a random set of answers (swarm testing). */
export interface Receiver {
  readonly url: string
  readonly dialect: DialectLike
  secret: string
  /** Its possible answers; each request gets one at random. */
  readonly answers: readonly Answer[]
  /** From this time on it answers 200, so every undelivered message must arrive. */
  healsAt: number
  readonly latencyMs: number
}

export type Answer = 200 | 204 | 301 | 400 | 410 | 429 | 500 | 503 | 'refused' | 'reset' | 'reset_after' | 'hang'

/** One message of a request that a receiver received. */
export interface Receipt {
  readonly url: string
  readonly message: string
  readonly payloadHash: string
  /** The number of messages in the request, and the hash of its body. */
  readonly members: number
  readonly requestHash: string
  readonly verified: boolean
  readonly at: number
  readonly accepted: boolean
}

/** A network of receivers in memory. `receipts` is the receivers' own record, which the engine does not see. */
export class Network {
  readonly receipts: Receipt[] = []
  readonly #clock: VirtualClock
  readonly #random: Random
  readonly #receivers = new Map<string, Receiver>()

  constructor(clock: VirtualClock, random: Random) {
    this.#clock = clock
    this.#random = random
  }

  add(receiver: Receiver): void {
    this.#receivers.set(receiver.url, receiver)
  }

  /** A transport for one process. After `kill`, its open requests never get an outcome. */
  transport(): { transport: Transport; kill(): void } {
    let alive = true
    const transport: Transport = {
      schemes: ['https'],
      check: (url) => ({ ok: true, url }),
      send: (request) =>
        new Promise((resolve) =>
          this.#answer(request, (outcome) => {
            if (alive) resolve(outcome)
          }),
        ),
      probe: () => Promise.resolve({ steps: [], remoteAddress: null, tls: null }),
      close: () => Promise.resolve(),
    }
    return { transport, kill: () => (alive = false) }
  }

  #answer(request: TransportRequest, resolve: (outcome: Outcome) => void): void {
    const receiver = this.#receivers.get(request.url)
    const healed = receiver !== undefined && this.#clock.now >= receiver.healsAt
    const answer: Answer = receiver ? (healed ? 200 : pick(this.#random, receiver.answers)) : 'refused'
    const latencyMs = answer === 'hang' ? request.timeoutMs : (receiver?.latencyMs ?? 1) * (0.5 + this.#random.next())
    // The request arrives after half of the latency, so that a crash can happen between arrival and answer.
    this.#clock.after(latencyMs / 2, () => {
      if (answer !== 'refused' && answer !== 'reset') this.#receive(request, receiver, answer === 200 || answer === 204)
    })
    this.#clock.after(latencyMs, () => resolve(outcomeOf(answer, latencyMs)))
  }

  #receive(request: TransportRequest, receiver: Receiver | undefined, accepted: boolean): void {
    const headers = Object.fromEntries(request.headers)
    const now = this.#clock.now
    const { secret = '', dialect = 'standard' } = receiver ?? {}
    const result = verifySync({ ...request, headers, body: request.body }, { dialect, secret, now })
    const requestHash = hash(request.body ?? new Uint8Array())
    const messages = result.ok ? result.messages : [{ id: '', payloadText: '' }]
    for (const { id = '', payloadText } of messages)
      this.receipts.push({
        url: request.url,
        message: id,
        payloadHash: hash(payloadText),
        members: messages.length,
        requestHash,
        verified: result.ok,
        at: now,
        accepted,
      })
  }
}

export function hash(bytes: Uint8Array | string): string {
  return createHash('sha256').update(bytes).digest('hex')
}

function outcomeOf(answer: Answer, totalMs: number): Outcome {
  const timings = { dnsMs: null, connectMs: null, firstByteMs: null, totalMs }
  if (typeof answer === 'number') {
    const headers = answer === 503 || answer === 429 ? ([['retry-after', '7']] as const) : []
    const response = { code: answer, headers, body: new Uint8Array(), bodyTruncated: false }
    return { ...verdictOf(answer, headers, 0), response, timings, remoteAddress: null }
  }
  const maybeSent = answer === 'reset_after' || answer === 'hang'
  const code = answer === 'hang' ? 'timeout' : answer === 'refused' ? 'connection_refused' : 'connection_reset'
  return { kind: 'unknown', error: { code, message: answer }, maybeSent, timings, remoteAddress: null }
}
