import { once } from 'node:events'
import { setImmediate, setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import type { LogEntry } from '@posthorn/api'
import { follow, type Following } from './follow.ts'

const began = Date.UTC(2026, 10, 22, 14)

/** An attempt that began so many seconds after the test, and took so long. */
function attempt(id: string, atSeconds: number, tookSeconds = 0): LogEntry {
  return {
    id,
    appId: 'app_1',
    msgId: 'msg_1',
    requestId: 'msg_1',
    endpointId: 'ep_1',
    eventType: 'a.b',
    url: 'https://example.com/',
    attempt: 1,
    batchId: null,
    result: 'success',
    triggerType: 0,
    code: 200,
    error: null,
    durationMs: tookSeconds * 1000,
    timestamp: new Date(began + atSeconds * 1000).toISOString(),
    nextAttempt: null,
  }
}

class Refused extends Error {
  override readonly name = 'ApiError'
  readonly status: number
  constructor(status: number) {
    super(`refused with ${status}`)
    this.status = status
  }
}
const nobodyThere = () => Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' })

type Step =
  | Error
  /** A connection: when it opens (seconds), what comes, and how it ends. */
  | { at: number; lines: LogEntry[]; end: 'closes' | 'silent' }

interface Script {
  readonly steps: readonly Step[]
  /** What the log has, each time that it is read. */
  readonly log?: readonly LogEntry[][]
  readonly timing?: Partial<Following['timing']>
}

/** Follows a server that behaves as the script says, and ends when it is over. */
async function followed({ steps, log = [], timing: given }: Script) {
  const said: string[] = []
  const since: number[] = []
  const waits: number[] = []
  const ending = new AbortController()
  const remaining = [...steps]
  const reads = [...log]
  /** How often the log was read to its end. */
  let readings = 0
  async function missedLinesRead(times: number): Promise<void> {
    while (readings < times) await setImmediate()
    // What was read is reported in the same turn.
    await setImmediate()
  }
  /** Each connection but the first reads the log at once, and again when it has settled, unless that comes too late. */
  function readsOf(step: Exclude<Step, Error>): number {
    const connections = steps.filter((one) => !(one instanceof Error))
    return connections.indexOf(step) * (given?.settleMs === undefined ? 2 : 1)
  }
  async function* items(step: Exclude<Step, Error>, signal: AbortSignal): AsyncGenerator<LogEntry> {
    yield* step.lines
    if (step.end === 'silent') {
      await once(signal, 'abort')
      signal.throwIfAborted()
    }
    await missedLinesRead(readsOf(step))
    if (remaining.length === 0) ending.abort()
  }
  const done = follow({
    async open(_, signal) {
      const step = remaining.shift()
      if (step === undefined || step instanceof Error) throw step ?? nobodyThere()
      return { openedAt: began + step.at * 1000, entries: items(step, signal) }
    },
    async *linesSince(from) {
      since.push((from - began) / 1000)
      yield* (reads.shift() ?? []).filter(({ timestamp }) => Date.parse(timestamp) >= from)
      readings++
    },
    report: {
      following: () => void said.push('following'),
      line: ({ id }) => said.push(id) > 0,
      lost(why, waitMs) {
        waits.push(waitMs)
        said.push(`lost: ${why}`)
      },
      reconnected: (missed) => void said.push(`reconnected, ${missed} missed`),
      late: (missed) => void said.push(`${missed} more`),
    },
    signal: ending.signal,
    timing: {
      silenceMs: 60_000,
      firstWaitMs: 1,
      longestWaitMs: 50,
      giveUpMs: 60_000,
      settleMs: 5,
      ...given,
    },
    random: () => 0.5,
  })
  const error: unknown = await done.then(
    () => null,
    (reason: unknown) => reason,
  )
  return { said, since, waits, error }
}

const [a, b, c, d, e] = ['a', 'b', 'c', 'd', 'e'].map((id, index) => attempt(id, index)) as [
  LogEntry,
  LogEntry,
  LogEntry,
  LogEntry,
  LogEntry,
]
const ended = 'lost: the server ended it'

test('missed lines come first, and each line comes once', async () => {
  const { said, error } = await followed({
    steps: [
      { at: 0, lines: [a, b], end: 'closes' },
      { at: 3, lines: [d, e], end: 'closes' },
    ],
    log: [
      [a, b, c, d],
      [a, b, c, d, e],
    ],
  })
  expect(error).toBeNull()
  expect(said).toEqual(['following', 'a', 'b', ended, 'c', 'd', 'reconnected, 2 missed', 'e'])
})

test('a slow attempt that began before the last line is not missed', async () => {
  const slow = attempt('slow', 40, 59)
  const { said, since } = await followed({
    steps: [
      { at: 0, lines: [attempt('last', 95)], end: 'closes' },
      { at: 110, lines: [], end: 'closes' },
    ],
    log: [[slow]],
  })
  expect(said).toContain('slow')
  expect(since[0]).toBeLessThanOrEqual(40)
})

test('an attempt that ended before the beginning does not count as missed', async () => {
  const { said } = await followed({
    steps: [
      { at: 10, lines: [], end: 'closes' },
      { at: 12, lines: [], end: 'closes' },
    ],
    log: [[attempt('before', 5, 4), attempt('across', 5, 6)]],
  })
  expect(said).toEqual(['following', ended, 'across', 'reconnected, 1 missed'])
})

test('a line that was not in the log at first is reported a moment later', async () => {
  const { said } = await followed({
    steps: [
      { at: 0, lines: [a], end: 'closes' },
      { at: 3, lines: [], end: 'closes' },
    ],
    log: [[a], [a, b]],
  })
  expect(said).toEqual(['following', 'a', ended, 'reconnected, 0 missed', 'b', '1 more'])
})

test('if a connection is lost before the second reading of the log, the next one reads it', async () => {
  const { said } = await followed({
    steps: [
      { at: 0, lines: [a], end: 'closes' },
      { at: 3, lines: [d], end: 'closes' },
      { at: 4, lines: [], end: 'closes' },
    ],
    log: [
      [a, b],
      [a, b, c, d, e],
    ],
    timing: { settleMs: 1000 },
  })
  expect(said.filter((text) => text.length === 1)).toEqual(['a', 'b', 'd', 'c', 'e'])
})

test('silence counts as lost', async () => {
  const { said } = await followed({
    steps: [
      { at: 0, lines: [a], end: 'silent' },
      { at: 3, lines: [b], end: 'closes' },
    ],
    timing: { silenceMs: 50 },
  })
  expect(said).toEqual(['following', 'a', 'lost: the server sent nothing for 0 s', 'reconnected, 0 missed', 'b'])
})

test('waits grow up to a bound, and then it ends with 75', async () => {
  const { waits, error } = await followed({
    steps: [{ at: 0, lines: [a], end: 'closes' }, nobodyThere()],
    timing: { firstWaitMs: 10, longestWaitMs: 50, giveUpMs: 300 },
  })
  expect(waits.slice(0, 5)).toEqual([10, 20, 40, 50, 50])
  expect(error).toMatchObject({
    exitCode: 75,
    message: expect.stringMatching(/did not come back .*no server listens there/),
    next: expect.stringContaining('posthorn log APP --after 2026-11-22T14:00:00.000Z'),
  })
})

test.each([503, 502, 429])('a %i while it reconnects is waited out', async (status) => {
  const { said } = await followed({
    steps: [
      { at: 0, lines: [a], end: 'closes' },
      new Refused(status),
      nobodyThere(),
      { at: 3, lines: [b], end: 'closes' },
    ],
  })
  expect(said.slice(-2)).toEqual(['reconnected, 0 missed', 'b'])
})

test.each([401, 403, 404])('a %i ends it at once', async (status) => {
  const { said, error } = await followed({ steps: [{ at: 0, lines: [a], end: 'closes' }, new Refused(status)] })
  expect(error).toMatchObject({ status })
  expect(said).toEqual(['following', 'a', ended])
})

test.each([new Refused(503), nobodyThere()])('without a first connection there is no other: %s', async (error) => {
  expect(await followed({ steps: [error] })).toMatchObject({ said: [], error })
})

test('I1 whatever connection is lost, each line is reported once and none is missed', async () => {
  // A server whose attempts take up to a minute, whose log lags, and whose connections break.
  let seed = 7
  const random = () => (seed = (seed * 48_271) % 2_147_483_647) / 2_147_483_647
  const stored: { entry: LogEntry; visibleAt: number }[] = []
  const live = new Set<(entry: LogEntry | null) => void>()
  const ending = new AbortController()
  const got: string[] = []
  let clock = 0
  let opened = 0
  const done = follow({
    async open(_, signal) {
      if (opened++ > 0 && random() < 0.3) throw nobodyThere()
      const queue: (LogEntry | null)[] = []
      let wake = () => {}
      const push = (entry: LogEntry | null) => {
        queue.push(entry)
        wake()
      }
      live.add(push)
      signal.addEventListener('abort', () => push(null))
      async function* items(): AsyncGenerator<LogEntry> {
        for (;;) {
          const entry = queue.shift()
          if (entry === null || ending.signal.aborted) return
          if (entry !== undefined) yield entry
          else await new Promise<void>((resolve) => (wake = resolve))
        }
      }
      return { openedAt: began + Math.floor(clock) * 1000, entries: items() }
    },
    async *linesSince(from) {
      const visible = stored.filter(({ visibleAt }) => visibleAt <= performance.now())
      const cutAt = random() < 0.3 ? Math.floor(random() * visible.length) : -1
      for (const [index, { entry }] of visible.entries()) {
        if (index === cutAt) throw Object.assign(new Error('cut'), { code: 'ECONNRESET' })
        if (Date.parse(entry.timestamp) >= from) yield entry
      }
    },
    report: {
      following: () => undefined,
      line: ({ id }) => got.push(id) > 0,
      lost: () => undefined,
      reconnected: () => undefined,
      late: () => undefined,
    },
    signal: ending.signal,
    timing: { silenceMs: 60_000, firstWaitMs: 1, longestWaitMs: 4, giveUpMs: 60_000, settleMs: 20 },
    random,
  }).catch((error: unknown) => error)
  while (live.size === 0) await sleep(1)
  for (let number = 0; number < 600; number++) {
    clock += random()
    const took = random() < 0.2 ? Math.min(clock, random() * 60) : 0
    const entry = attempt(`n${number}`, clock - took, took)
    stored.push({ entry, visibleAt: performance.now() + random() * 8 })
    for (const push of live) push(entry)
    if (random() < 0.05) {
      for (const push of live) push(null)
      live.clear()
    }
    if (random() < 0.5) await sleep(1)
  }
  await expect.poll(() => got).toHaveLength(600)
  ending.abort()
  expect(await done).toBeUndefined()
  expect(got.toSorted()).toEqual(stored.map(({ entry }) => entry.id).toSorted())
})
