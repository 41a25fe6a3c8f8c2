import { spawn } from 'node:child_process'
import { EventEmitter, once } from 'node:events'
import { createInterface } from 'node:readline'
import { StoryError } from './story-error.ts'

export interface ChildOptions {
  readonly command: readonly string[]
  /** What it is called when something is wrong with it. */
  readonly name: string
  readonly cwd?: string
  readonly env?: Readonly<Record<string, string>>
  /** A line of its output that says that it is ready. */
  readonly ready: RegExp
  /** What to install when it is not there. */
  readonly debianPackages: string
}

/** A program that belongs to the story, and ends with it. */
export interface Child extends AsyncDisposable {
  /** The first group of `ready`. */
  readonly said: string
  /** All of its lines so far that are JSON. */
  readonly notes: readonly unknown[]
  /** Waits until its notes are so. */
  until(holds: (notes: readonly unknown[]) => boolean, what: string): Promise<void>
}

/** Erlang, and Rails, on a machine that is busy. */
const readyMs = 90_000
const notesMs = 30_000

/** Starts a program; resolves when it says that it is ready. */
export async function startChild(options: ChildOptions): Promise<Child> {
  const { name, ready, debianPackages } = options
  const [program = '', ...args] = options.command
  const child = spawn(program, args, {
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    env: { ...process.env, ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  // A program that is not installed is an error, and has no lines.
  const ended = once(child, 'close').catch(() => undefined)

  const notes: unknown[] = []
  const lines: string[] = []
  const news = new EventEmitter()
  let found: RegExpExecArray | null = null
  const read = (line: string) => {
    found ??= ready.exec(line)
    if (line.startsWith('{')) notes.push(JSON.parse(line))
    else lines.push(line)
    news.emit('line')
  }
  createInterface(child.stdout).on('line', read)
  createInterface(child.stderr).on('line', read)

  async function until(holds: () => boolean, ms: number, otherwise: string): Promise<void> {
    const over = new AbortController()
    const timer = setTimeout(() => over.abort(), ms)
    void ended.then(() => over.abort())
    try {
      while (!holds()) await once(news, 'line', { signal: over.signal })
    } catch {
      if (!holds()) throw new StoryError(`${otherwise}\n${lines.slice(-20).join('\n')}`)
    } finally {
      clearTimeout(timer)
    }
  }

  async function end(): Promise<void> {
    child.kill()
    await ended
  }

  try {
    const needs = `${name} did not start. It needs, on Debian: apt-get install ${debianPackages}`
    await until(() => found !== null, readyMs, needs)
  } catch (error) {
    await end()
    throw error
  }
  return {
    said: found![1] ?? '',
    notes,
    until: (holds, what) =>
      until(() => holds(notes), notesMs, `${name} did not say within ${notesMs / 1000} s that ${what}.`),
    [Symbol.asyncDispose]: end,
  }
}
