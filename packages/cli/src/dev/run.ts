import { setTimeout as sleep } from 'node:timers/promises'
import { accessTo, devToken } from '../api/access.ts'
import { builtInPresets } from '../sample/built-in-presets.ts'
import type { Io } from '../process/io.ts'
import { printable } from '../show/printable.ts'
import { startedServer } from '../server/start-server.ts'
import { stopSignals, type Stopping } from '../process/stop-signals.ts'
import { certificates } from './certificates.ts'
import { demoPresets, seedDemos, sendFirst, type Demo } from './demo.ts'
import { receivedLine } from './received-line.ts'
import { startReceiver, type Receiver } from './receiver.ts'
import { devSettings } from './settings.ts'
import { devFolder, openDevState, saveDevState } from '../api/dev-state.ts'
import { welcome, whatNext } from './welcome.ts'

export interface DevOptions {
  readonly port?: number
  readonly receiverPort?: number
  /** Data folder. */
  readonly data: string
}

const FIRST_EVENTS_MS = 15_000

/** Starts receiver and server, makes the demo applications, sends their first events, and waits to be stopped. */
export async function runDev(options: DevOptions, io: Io): Promise<number> {
  const stopping = stopSignals(io)
  const presets = demoPresets(builtInPresets())
  const state = openDevState(options.data)
  const certificate = await certificates(devFolder(options.data), io.now())
  const settings = devSettings(options, state, certificate.ca, io)
  const verified = new Set<string>()
  const receiver = await startReceiver({
    ...receiverPorts(options.receiverPort ?? (settings.port === 0 ? 0 : settings.port + 1)),
    certificate: certificate.certificate,
    key: certificate.key,
    now: io.now,
    onReceived: (received) => {
      io.out(`${receivedLine(received, presets, io)}\n`)
      if (received.result.ok) verified.add(received.inbox)
    },
  })
  try {
    const server = await startedServer(settings)
    const show = async () => {
      saveDevState(options.data, { ...state, url: server.url })
      const token = await devToken(state.jwtSecret)
      const access = await accessTo(server.url, token)
      const demos = await seedDemos(presets, access, receiver)
      showOthers(server.engine, receiver, io)
      io.out(welcome(access, receiver, options, io))
      await Promise.all(demos.map((demo) => sendFirst(demo, access)))
      await allVerified(demos, verified, stopping, io)
      if (!stopping.isAsked()) io.out(whatNext(access, receiver, options, certificate.caFile, io))
    }
    try {
      // Not raced against the signals: open requests get their response first, and then the server closes.
      await show()
    } catch (error) {
      await server.close()
      throw error
    }
    return await stopping.closeWhenAsked(() => server.close())
  } finally {
    await receiver.close()
  }
}

function receiverPorts(first: number): { httpPort: number; httpsPort: number } {
  return { httpPort: first, httpsPort: first === 0 ? 0 : first + 1 }
}

/** Prints attempts at endpoints other than the built-in receiver, which the user created. */
function showOthers(engine: Awaited<ReturnType<typeof startedServer>>['engine'], receiver: Receiver, io: Io): void {
  engine.on('attempt', ({ url, eventType, code, durationMs, error, nextAttemptAt }) => {
    if (url.startsWith(`${receiver.httpUrl}/`) || url.startsWith(`${receiver.httpsUrl}/`)) return
    const answer = code === 0 ? (error?.code ?? 'no answer') : String(code)
    const next = nextAttemptAt === null ? '' : `, next attempt at ${new Date(nextAttemptAt).toISOString()}`
    io.out(`${printable(`${eventType} to ${url} -> ${answer} in ${durationMs} ms${next}`, { oneLine: true })}\n`)
  })
}

/** Waits for the first events, so that the next steps are printed after them. */
async function allVerified(
  demos: readonly Demo[],
  verified: ReadonlySet<string>,
  stopping: Stopping,
  io: Io,
): Promise<void> {
  const deadline = performance.now() + FIRST_EVENTS_MS
  while (performance.now() < deadline) {
    if (stopping.isAsked() || demos.every(({ preset }) => verified.has(preset.name))) return
    await sleep(20)
  }
  const missing = demos.filter(({ preset }) => !verified.has(preset.name)).map(({ preset }) => preset.name)
  io.err(
    `${io.style('yellow', 'warning')}: not verified within ${FIRST_EVENTS_MS / 1000} s: ${missing.join(', ')}. The log says why: GET /api/v1/app/${missing[0]}/log\n`,
  )
}
