/**
 * The behaviour that every transport must have. A transport runs the suite with a harness of one method:
 *
 *     transportSuite('http', { open: async (rules) => ({ transport, receiver, absentUrl, close }) })
 */
import fc from 'fast-check'
import { afterEach, describe, expect, test } from 'vitest'
import type { Outcome, Probe, Transport, TransportRequest } from '../transport.ts'

export interface TransportHarness {
  open(rules: HarnessRules): Promise<Subject>
}

interface HarnessRules {
  /** Whether the transport may reach the receiver, which runs on this machine. */
  readonly allowReceiver: boolean
}

interface Subject {
  readonly transport: Transport
  readonly receiver: Receiver
  /** A URL like the receiver's, where no process listens. */
  readonly absentUrl: string
  close(): Promise<void>
}

/** A real receiver: a server or a broker. */
interface Receiver {
  readonly url: string
  /** The requests received so far, in order. */
  readonly received: readonly ReceivedRequest[]
  /** `silence`: reads requests and does not answer them until `accept` is set. */
  behave(behaviour: 'accept' | 'silence'): void
  /** Resolves when that many requests have been received. */
  waitFor(count: number): Promise<void>
}

export interface ReceivedRequest {
  readonly body: Uint8Array
  readonly headers: readonly (readonly [name: string, value: string])[]
}

/** Tolerance for a loaded machine. A transport without a deadline never ends. */
const LATENESS_MS = 20_000

export function transportSuite(name: string, harness: TransportHarness): void {
  const opened: Subject[] = []
  afterEach(async () => {
    for (const subject of opened.splice(0)) {
      await subject.transport.close(0)
      await subject.close()
    }
  })
  const open = async (rules: HarnessRules = { allowReceiver: true }): Promise<Subject> => {
    const subject = await harness.open(rules)
    opened.push(subject)
    return subject
  }

  describe(`${name}: the transport suite`, () => {
    test('sends body and headers unchanged and in order', async () => {
      const { transport, receiver } = await open()
      const body = Uint8Array.from({ length: 100_000 }, (_, i) => i % 251)
      const headers = [
        ['webhook-id', 'msg_1'],
        ['X-Mixed-Case', 'a, b;  c="d"'],
        ['content-type', 'application/octet-stream'],
        ['x-empty', ''],
      ] as const
      const outcome = await transport.send(requestTo(receiver.url, { body, headers }))
      expect(outcome).toMatchObject({ kind: 'accepted' })
      expect(receiver.received).toHaveLength(1)
      expect(Buffer.from(receiver.received[0]!.body).equals(Buffer.from(body))).toBe(true)
      const ours = receiver.received[0]!.headers.filter(([header]) => headers.some(([sent]) => sent === header))
      expect(ours).toEqual(headers)
    })

    test('sends a request without a body', async () => {
      const { transport, receiver } = await open()
      expect(await transport.send(requestTo(receiver.url, { body: null }))).toMatchObject({ kind: 'accepted' })
      expect(receiver.received[0]!.body).toHaveLength(0)
    })

    test('sends each of many requests once', async () => {
      const { transport, receiver } = await open()
      const bodies = Array.from({ length: 300 }, (_, i) => `message ${i}`)
      const outcomes = await Promise.all(
        bodies.map((body) => transport.send(requestTo(receiver.url, { body: Buffer.from(body) }))),
      )
      expect(outcomes.filter((outcome) => outcome.kind === 'unknown')).toEqual([])
      const arrived = receiver.received.map((request) => Buffer.from(request.body).toString())
      expect(arrived.toSorted()).toEqual(bodies.toSorted())
    })

    test('reports the remote address and the timings', async () => {
      const { transport, receiver } = await open()
      const outcome = await transport.send(requestTo(receiver.url))
      expect(outcome.remoteAddress).not.toBeNull()
      const { connectMs, firstByteMs, totalMs } = outcome.timings
      expect(connectMs).toBeGreaterThan(0)
      expect(firstByteMs).toBeGreaterThanOrEqual(connectMs!)
      expect(totalMs).toBeGreaterThanOrEqual(firstByteMs!)
    })

    test('a receiver that cannot be reached gives an outcome with maybeSent false', async () => {
      const { transport, absentUrl } = await open()
      const outcome = await transport.send(requestTo(absentUrl))
      expect(outcome).toMatchObject({ kind: 'unknown', maybeSent: false })
      expectSentence(outcome)
    })

    test('a receiver that does not answer gives a timeout at the deadline, with maybeSent true', async () => {
      const { transport, receiver } = await open()
      receiver.behave('silence')
      const startedAtMs = performance.now()
      const outcome = await transport.send(requestTo(receiver.url, { timeoutMs: 300 }))
      expect(performance.now() - startedAtMs).toBeLessThan(300 + LATENESS_MS)
      expect(outcome).toMatchObject({ kind: 'unknown', error: { code: 'timeout' }, maybeSent: true })
      expectSentence(outcome)
    })

    test('still sends after failures', async () => {
      const { transport, receiver, absentUrl } = await open()
      receiver.behave('silence')
      await Promise.all([
        transport.send(requestTo(receiver.url, { timeoutMs: 100 })),
        transport.send(requestTo(absentUrl, { timeoutMs: 100 })),
      ])
      receiver.behave('accept')
      expect(await transport.send(requestTo(receiver.url))).toMatchObject({ kind: 'accepted' })
    })

    test('a receiver at a private address is not reached unless the address is allowed', async () => {
      const { transport, receiver } = await open({ allowReceiver: false })
      expect(transport.check(receiver.url, {})).toMatchObject({ ok: false })
      const outcome = await transport.send(requestTo(receiver.url))
      expect(outcome).toMatchObject({ kind: 'unknown', error: { code: 'address_refused' }, maybeSent: false })
      expectSentence(outcome)
      expect(receiver.received).toEqual([])
    })

    test('check never throws, and the canonical form of a canonical form is the same', async () => {
      const { transport, receiver } = await open()
      expect(transport.check(receiver.url, {})).toMatchObject({ ok: true })
      const urls = fc.oneof(
        fc.string(),
        fc.webUrl(),
        fc.constantFrom(...transport.schemes).chain((scheme) => fc.string().map((rest) => `${scheme}://${rest}`)),
      )
      fc.assert(
        fc.property(urls, (url) => {
          const checked = transport.check(url, {})
          if (checked.ok) expect(transport.check(checked.url, {})).toEqual(checked)
          else expect(checked.message).not.toBe('')
        }),
      )
    })

    test('send never rejects, whatever the URL', async () => {
      const { transport } = await open({ allowReceiver: false })
      await fc.assert(
        fc.asyncProperty(fc.string(), async (url) => {
          expect(await transport.send(requestTo(url, { timeoutMs: 50 }))).toMatchObject({ kind: 'unknown' })
        }),
      )
    })

    test('a probe reaches the receiver without a message', async () => {
      const { transport, receiver } = await open()
      const probe = await transport.probe(receiver.url, { timeoutMs: 10_000 })
      expectAllSteps(probe)
      expect(probe.steps.filter(({ ok }) => ok === false)).toEqual([])
      expect(probe.steps.filter(({ ok }) => ok === true).length).toBeGreaterThan(0)
      expect(probe.remoteAddress).not.toBeNull()
      expect(receiver.received.filter(({ body }) => body.length > 0)).toEqual([])
    })

    test('a probe names the step at which a delivery would fail', async () => {
      const { transport, receiver, absentUrl } = await open()
      const absent = await transport.probe(absentUrl, { timeoutMs: 10_000 })
      expectAllSteps(absent)
      const failed = absent.steps.findIndex(({ ok }) => ok === false)
      expect(failed).toBeGreaterThan(0)
      expect(absent.steps.slice(failed + 1).filter(({ ok }) => ok !== null)).toEqual([])

      receiver.behave('silence')
      const startedAtMs = performance.now()
      expectAllSteps(await transport.probe(receiver.url, { timeoutMs: 300 }))
      expect(performance.now() - startedAtMs).toBeLessThan(300 + LATENESS_MS)
    })

    test('a probe obeys the same address rules as a delivery', async () => {
      const { transport, receiver } = await open({ allowReceiver: false })
      const probe = await transport.probe(receiver.url, { timeoutMs: 10_000 })
      expectAllSteps(probe)
      expect(probe.steps.filter(({ ok }) => ok === false)).toHaveLength(1)
      expect(probe.remoteAddress).toBeNull()
      expect(receiver.received).toEqual([])
    })

    test('a probe never rejects, whatever the URL', async () => {
      const { transport } = await open({ allowReceiver: false })
      await fc.assert(
        fc.asyncProperty(fc.string(), async (url) => {
          expectAllSteps(await transport.probe(url, { timeoutMs: 50 }))
        }),
      )
    })

    test('a probe after close is refused', async () => {
      const { transport, receiver } = await open()
      await transport.close(0)
      const late = await transport.probe(receiver.url, { timeoutMs: 10_000 })
      expectAllSteps(late)
      expect(late.steps.filter(({ ok }) => ok === false)).toHaveLength(1)
      expect(receiver.received).toEqual([])
    })

    test('close waits for the requests that are under way', async () => {
      const { transport, receiver } = await open()
      receiver.behave('silence')
      const sending = transport.send(requestTo(receiver.url))
      await receiver.waitFor(1)
      const closing = transport.close(10_000)
      receiver.behave('accept')
      expect(await sending).toMatchObject({ kind: 'accepted' })
      await closing
    })

    test('close ends the requests that outlast the grace period, and none starts afterwards', async () => {
      const { transport, receiver } = await open()
      receiver.behave('silence')
      const sending = transport.send(requestTo(receiver.url))
      await receiver.waitFor(1)
      await transport.close(50)
      expect(await sending).toMatchObject({ kind: 'unknown', error: { code: 'transport_closed' }, maybeSent: true })
      const late = await transport.send(requestTo(receiver.url))
      expect(late).toMatchObject({ kind: 'unknown', error: { code: 'transport_closed' }, maybeSent: false })
      expectSentence(late)
    })
  })
}

function requestTo(url: string, changes: Partial<TransportRequest> = {}): TransportRequest {
  return { method: 'POST', url, headers: [], body: Buffer.from('{}'), timeoutMs: 10_000, ...changes }
}

/** A message is a sentence (what happened, why, what to do), not only a code, and contains no `undefined`. */
function expectSentence(outcome: Outcome): void {
  if (outcome.kind !== 'unknown') throw new Error('expected a failure')
  expect(outcome.error.message).toMatch(/^.{20,}$/)
  expect(outcome.error.message).not.toContain('undefined')
}

function expectAllSteps(probe: Probe): void {
  expect(probe.steps.map(({ step }) => step)).toEqual(['address', 'dns', 'connect', 'tls', 'redirect'])
  for (const { ok, message, durationMs } of probe.steps) {
    expect(message).toMatch(/^[^\n]{15,}$/)
    expect(message).not.toContain('undefined')
    expect(durationMs ?? 0).toBeGreaterThanOrEqual(0)
    if (ok === true) continue
    // Says what went wrong, or why the step has no result.
    expect(message).toContain(' ')
  }
}
