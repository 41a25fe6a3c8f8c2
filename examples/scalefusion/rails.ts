import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { StoryError } from './story-error.ts'

const folder = fileURLToPath(new URL('receiver', import.meta.url))
const startMs = 60_000
const lineMs = 10_000

/** What the Rails program says of one request. Of one that it refused it knows no more than that. */
export interface Received {
  readonly at: string
  readonly answered: number
  readonly event?: string
  readonly request_id?: string
  readonly devices?: readonly string[]
}

export interface RailsReceiver extends AsyncDisposable {
  /** Where it takes webhooks: `http://127.0.0.1:40123/payload`. */
  readonly url: string
  /** What it says next. */
  next(): Promise<Received>
  /** Ends it. What it has said that nobody has read yet. */
  end(): Promise<readonly Received[]>
}

/** Starts the receiver on a free port; resolves when it listens, which Puma does once the application is loaded. */
export async function startRails(secret: string): Promise<RailsReceiver> {
  const puma = spawn('puma', '--bind tcp://127.0.0.1:0 --threads 1:1 --environment production config.ru'.split(' '), {
    cwd: folder,
    env: { ...process.env, SCALEFUSION_SECRET_KEY: secret },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  // Where there is no Puma this is an error, and there are no lines.
  const ended = once(puma, 'close').catch(() => undefined)
  const lines = createInterface(puma.stdout)[Symbol.asyncIterator]()

  /** The first group of the next line that fits; what else it prints is of no interest. `null`: it has ended. */
  async function lineWith(pattern: RegExp): Promise<string | null> {
    for (;;) {
      const { value, done } = await lines.next()
      if (done === true) return null
      const found = pattern.exec(value)?.[1]
      if (found !== undefined) return found
    }
  }

  async function read(): Promise<Received | null> {
    const line = await lineWith(/^(\{.*\})$/)
    return line === null ? null : (JSON.parse(line) as Received)
  }

  async function end(): Promise<readonly Received[]> {
    puma.kill()
    await ended
    const rest: Received[] = []
    for (let one = await read(); one !== null; one = await read()) rest.push(one)
    return rest
  }

  const origin = await within(startMs, lineWith(/Listening on (http\S+)/))
  if (origin === null) {
    await end()
    throw new StoryError(
      'The Rails receiver did not start. It needs Rails 6.1 and Puma; on Debian: apt-get install ruby-railties puma',
    )
  }
  return {
    url: `${origin}/payload`,
    async next() {
      const received = await within(lineMs, read())
      if (received === null) throw new StoryError('The Rails receiver has ended, or was told nothing within 10 s.')
      return received
    },
    end,
    [Symbol.asyncDispose]: async () => void (await end()),
  }
}

/** `null` when it takes too long. */
async function within<T>(ms: number, promise: Promise<T>): Promise<T | null> {
  const waiting = new AbortController()
  try {
    return await Promise.race([promise, sleep(ms, null, { signal: waiting.signal })])
  } finally {
    waiting.abort()
  }
}
