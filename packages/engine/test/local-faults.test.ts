import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, onTestFinished, test } from 'vitest'
import { open, type Attempt, type Engine, type Log } from '../src/index.ts'
import { httpTransport } from '../src/transport/http/http-transport.ts'
import { notSent, type Transport } from '../src/transport/transport.ts'
import { Receiver } from './receiver.ts'

const run = promisify(execFile)

const org = 'org_test'
const event = { eventType: 'a', payload: '{"n":1}' }
const why = 'this process has no file descriptors left (EMFILE): raise its limit'

/** A machine that cannot send until `mend` is called. */
function brokenMachine(): { transport: Transport; mend: () => void; tries: () => number } {
  const http = httpTransport({ allowPrivate: ['127.0.0.0/8'] })
  let broken = true
  let tries = 0
  const transport: Transport = {
    ...http,
    send(request) {
      tries += 1
      return broken ? Promise.resolve(notSent('local_fault', why)) : http.send(request)
    },
  }
  return { transport, mend: () => (broken = false), tries: () => tries }
}

async function setUp(lines: string[] = []) {
  const machine = brokenMachine()
  const note = (_: object, text: string): number => lines.push(text)
  const log: Log = { debug: () => undefined, info: note, warn: note, error: note }
  const engine = await open({ database: 'sqlite::memory:', threads: false, transport: machine.transport, log })
  const receiver = await Receiver.start()
  onTestFinished(async () => {
    await engine.close({ graceMs: 0 })
    await receiver.stop()
  })
  await engine.applications.create(org, { uid: 'acme', name: 'Acme' })
  // No retry at all: one failure would be the end.
  const endpoint = await engine.endpoints.create(org, 'acme', { url: receiver.url(), retrySchedule: [] })
  return { machine, engine, receiver, endpoint }
}

async function attemptsOf(engine: Engine, endpoint: string): Promise<readonly Attempt[]> {
  return (await engine.attempts.list(org, 'acme', { endpoint })).data
}

describe('A7 a fault of our own machine', () => {
  test('is no attempt: the delivery waits, the engine says why, and then it is delivered at its first attempt', async () => {
    const lines: string[] = []
    const { machine, engine, receiver, endpoint } = await setUp(lines)
    await engine.send(org, 'acme', event)
    await engine.send(org, 'acme', event)
    await expect.poll(machine.tries).toBeGreaterThan(3)
    expect(engine.health()).toMatchObject({ ok: true, reasons: [expect.stringContaining(why)] })
    expect(await attemptsOf(engine, endpoint.id)).toEqual([])

    machine.mend()
    await engine.idle()
    expect(receiver.requests).toHaveLength(2)
    expect(await attemptsOf(engine, endpoint.id)).toMatchObject([
      { result: 'success', attempt: 1 },
      { result: 'success', attempt: 1 },
    ])
    expect(await engine.endpoints.get(org, 'acme', endpoint.id)).toMatchObject({ failingSince: null })
    expect(engine.health()).toMatchObject({ ok: true, reasons: [] })
    expect(lines.filter((line) => line.startsWith('deliveries'))).toEqual([
      'deliveries wait for this machine',
      'deliveries go on: this machine can send again',
    ])
  })

  test('an endpoint that is switched off or deleted meanwhile gets nothing', async () => {
    const { machine, engine, receiver, endpoint } = await setUp()
    await engine.send(org, 'acme', event)
    await expect.poll(machine.tries).toBe(1)
    await engine.endpoints.delete(org, 'acme', endpoint.id)
    machine.mend()
    await engine.idle()
    expect(receiver.requests).toEqual([])
    expect(engine.health().reasons).toEqual([])
  })

  test('does not keep the engine from closing', async () => {
    const { machine, engine } = await setUp()
    await engine.send(org, 'acme', event)
    await expect.poll(machine.tries).toBe(1)
    await engine.close({ graceMs: 20_000 })
    expect(engine.health().reasons).toEqual(['shutting down'])
  })
})

test('A7 with no file descriptor left deliveries wait, and all succeed at their first attempt when there are some', async ({
  skip,
}) => {
  if (process.platform === 'win32') return skip('no ulimit')
  const receiver = await Receiver.start()
  onTestFinished(() => receiver.stop())
  const script = fileURLToPath(new URL('descriptors-process.ts', import.meta.url))
  const command = 'ulimit -n 128; exec "$0" --conditions=posthorn-source "$1" "$2"'
  const { stdout } = await run('sh', ['-c', command, process.execPath, script, receiver.url()])
  expect(JSON.parse(stdout)).toEqual({
    ok: false,
    reasons: [expect.stringMatching(/^Deliveries wait, because this process has no file descriptors left \(EMFILE\)/)],
    attempts: Array(5).fill('success 1'),
    failingSince: null,
    after: [],
  })
  expect(receiver.requests).toHaveLength(5)
})
