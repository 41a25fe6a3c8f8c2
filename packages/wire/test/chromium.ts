/** A real Chromium, driven over its own protocol (CDP): opens pages and runs code in them. */
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** As Debian calls it. */
export const chromium = 'chromium'

export interface Page {
  /** The value of an expression in the page; a promise is awaited. Values travel as JSON. */
  evaluate(expression: string): Promise<unknown>
}

export interface Browser extends AsyncDisposable {
  open(url: string): Promise<Page>
}

/** With a profile of its own, which goes with it. */
export async function startChromium(): Promise<Browser> {
  const profile = mkdtempSync(join(tmpdir(), 'posthorn-chromium-'))
  const child = spawn(
    chromium,
    [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-dev-shm-usage',
      '--no-first-run',
      `--user-data-dir=${profile}`,
      '--remote-debugging-port=0',
      'about:blank',
    ],
    // Detached, it leads a group of its own: its helpers end with it.
    { detached: true, stdio: ['ignore', 'ignore', 'pipe'] },
  )
  const exited = new Promise<void>((done) => child.on('close', () => done()))
  const address = await new Promise<string>((resolve, reject) => {
    let words = ''
    child.on('error', reject)
    void exited.then(() => reject(new Error(`Chromium ended: ${words}`)))
    child.stderr.on('data', (chunk: Buffer) => {
      words += chunk.toString()
      const found = /DevTools listening on (ws:\/\/\S+)/.exec(words)?.[1]
      if (found !== undefined) resolve(found)
    })
  })
  const connection = await connect(address)
  return {
    async open(url) {
      const { targetId } = await connection.call<{ targetId: string }>('Target.createTarget', { url: 'about:blank' })
      const { sessionId } = await connection.call<{ sessionId: string }>('Target.attachToTarget', {
        targetId,
        flatten: true,
      })
      await connection.call('Page.enable', {}, sessionId)
      const loaded = connection.event('Page.loadEventFired', sessionId)
      await connection.call('Page.navigate', { url }, sessionId)
      await loaded
      return {
        async evaluate(expression) {
          const options = { expression, awaitPromise: true, returnByValue: true, userGesture: true }
          const { result, exceptionDetails } = await connection.call<Evaluated>('Runtime.evaluate', options, sessionId)
          if (exceptionDetails)
            throw new Error(exceptionDetails.exception?.description ?? `${exceptionDetails.text}: ${expression}`)
          return result.value
        },
      }
    },
    async [Symbol.asyncDispose]() {
      connection.close()
      if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, 'SIGKILL')
      await exited
      rmSync(profile, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}

interface Evaluated {
  readonly result: { readonly value?: unknown }
  readonly exceptionDetails?: { readonly text: string; readonly exception?: { readonly description?: string } }
}

interface Frame {
  readonly id?: number
  readonly method?: string
  readonly sessionId?: string
  readonly result?: unknown
  readonly error?: { readonly message: string }
}

interface Connection {
  call<Result>(method: string, params: object, sessionId?: string): Promise<Result>
  event(method: string, sessionId: string): Promise<void>
  close(): void
}

async function connect(address: string): Promise<Connection> {
  const socket = new WebSocket(address)
  const calls = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>()
  const events: { method: string; sessionId: string; resolve: () => void }[] = []
  let count = 0
  await new Promise<void>((resolve, reject) => {
    socket.addEventListener('open', () => resolve())
    socket.addEventListener('error', () => reject(new Error(`Chromium does not answer at ${address}.`)))
  })
  socket.addEventListener('message', ({ data }) => {
    const { id, method, sessionId, result, error } = JSON.parse(String(data)) as Frame
    const call = id === undefined ? undefined : calls.get(id)
    if (call && id !== undefined) {
      calls.delete(id)
      if (error) call.reject(new Error(error.message))
      else call.resolve(result)
    }
    for (const event of events) if (event.method === method && event.sessionId === sessionId) event.resolve()
  })
  return {
    call: <Result>(method: string, params: object, sessionId?: string) =>
      new Promise<Result>((resolve, reject) => {
        const id = ++count
        calls.set(id, { resolve: (value) => resolve(value as Result), reject })
        socket.send(JSON.stringify({ id, method, params, ...(sessionId !== undefined && { sessionId }) }))
      }),
    event: (method, sessionId) => new Promise((resolve) => events.push({ method, sessionId, resolve })),
    close: () => socket.close(),
  }
}
