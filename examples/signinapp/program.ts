import { spawn } from 'node:child_process'
import { EventEmitter, once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { StoryError } from './story-error.ts'

const folder = fileURLToPath(new URL('receivers', import.meta.url))
/** Java compiles its program first. */
const startMs = 60_000
const lineMs = 20_000

/** A line of JSON that a receiver has written. */
export type Said = Readonly<Record<string, unknown>>

export interface Program extends AsyncDisposable {
  /** Where it takes webhooks. */
  readonly url: string
  /** All that it has said so far. */
  readonly said: readonly Said[]
  /** Waits until it has said so. */
  until(holds: (said: readonly Said[]) => boolean, what: string): Promise<void>
  /** A line on its standard input. */
  type(line: string): void
}

/** Starts a receiver, in whatever language. It prints its address, and then a line of JSON for each request. */
export async function startProgram(
  command: readonly [program: string, ...args: string[]],
  debianPackage: string,
  env: Readonly<Record<string, string>>,
): Promise<Program> {
  const [program, ...args] = command
  const child = spawn(program, args, {
    cwd: folder,
    // Secrets are phrases in German; some of these languages read their environment as the locale says.
    env: { ...process.env, LC_ALL: 'C.UTF-8', ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  // A program that is not installed is an error, and has no lines. One that has ended takes no lines.
  const ended = once(child, 'close').catch(() => undefined)
  child.stdin.on('error', () => undefined)

  const said: Said[] = []
  const news = new EventEmitter()
  let errors = ''
  let address: string | undefined
  const read = (line: string) => {
    address ??= /http:\/\/127\.0\.0\.1:\d+[^\s)]*/.exec(line)?.[0]
    if (line.startsWith('{')) said.push(JSON.parse(line) as Said)
    news.emit('line')
  }
  createInterface(child.stdout).on('line', read)
  // PHP's own server has its address there.
  createInterface(child.stderr).on('line', (line) => {
    errors += `${line}\n`
    read(line)
  })

  async function lineWhere(holds: () => boolean, ms: number): Promise<boolean> {
    const over = new AbortController()
    const timer = setTimeout(() => over.abort(), ms)
    void ended.then(() => over.abort())
    try {
      while (!holds()) await once(news, 'line', { signal: over.signal })
    } catch {
      return holds()
    } finally {
      clearTimeout(timer)
    }
    return true
  }

  async function end(): Promise<void> {
    child.kill()
    await ended
  }

  if (!(await lineWhere(() => address !== undefined, startMs))) {
    await end()
    throw new StoryError(
      `${command.join(' ')} did not start. It needs ${program}; on Debian: apt-get install ${debianPackage}\n${errors}`,
    )
  }
  return {
    url: address!,
    said,
    async until(holds, what) {
      if (await lineWhere(() => holds(said), lineMs)) return
      throw new StoryError(`${command.join(' ')} did not say within ${lineMs / 1000} s that ${what}.\n${errors}`)
    },
    type: (line) => void child.stdin.write(`${line}\n`),
    [Symbol.asyncDispose]: end,
  }
}
