import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { setTimeout as sleep } from 'node:timers/promises'

/** Below the limit of a test, so that what a command printed is told. */
const hangMs = 90_000

export const launcher = fileURLToPath(new URL('../bin/posthorn.js', import.meta.url))

/** A running command, what it has printed so far, and how it ended. */
export interface Running extends AsyncDisposable {
  readonly child: ChildProcess
  readonly output: { text: string }
  readonly ended: Promise<{ code: number | null; signal: NodeJS.Signals | null }>
  /** Resolves with the output as soon as it matches. */
  until(pattern: RegExp, timeoutMs?: number): Promise<string>
}

export function start(
  node: string,
  args: readonly string[],
  options: { cwd?: string; env?: NodeJS.ProcessEnv; detached?: boolean } = {},
): Running {
  const child = spawn(node, args, {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: cleanEnv(options.env),
    detached: options.detached ?? false,
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
  })
  const output = { text: '' }
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output.text += text
    })
  }
  const ended = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve) => {
    child.on('close', (code, signal) => resolve({ code, signal }))
  })
  return {
    child,
    output,
    ended,
    async until(pattern, timeoutMs = hangMs) {
      await eventually(
        () => pattern.test(output.text) || child.exitCode !== null || child.signalCode !== null,
        timeoutMs,
      )
      if (!pattern.test(output.text)) throw new Error(`${String(pattern)} did not come. It printed:\n${output.text}`)
      return output.text
    },
    async [Symbol.asyncDispose]() {
      const children = descendants(child.pid ?? 0)
      child.kill('SIGKILL')
      for (const pid of children) if (alive(pid)) process.kill(pid, 'SIGKILL')
      await ended
    },
  }
}

/** Without what a test's own process was started with, and without settings of the person who runs it. */
function cleanEnv(more: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(
    ([name]) => !/^(POSTHORN_|NODE_OPTIONS|VITEST|NODE_CHANNEL)/.test(name),
  )
  return { ...Object.fromEntries(own), NO_COLOR: '1', ...more }
}

export async function eventually(condition: () => boolean, timeoutMs = hangMs): Promise<void> {
  for (const deadline = performance.now() + timeoutMs; !condition() && performance.now() < deadline;) await sleep(20)
}

export function alive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    // A zombie still answers signals.
    return !existsSync(`/proc/${pid}/stat`) || !/^\d+ \(.*\) Z/s.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return false
  }
}

/** Ids of the processes that a process has started, and those that these have. */
export function descendants(pid: number): number[] {
  const parents = existsSync('/proc/self/stat') ? parentsFromProc() : parentsFromPs()
  const found: number[] = []
  for (let level = [pid]; level.length > 0;) {
    level = parents.filter(([, parent]) => level.includes(parent)).map(([child]) => child)
    found.push(...level)
  }
  return found
}

function parentsFromProc(): [pid: number, parent: number][] {
  return readdirSync('/proc').flatMap((name): [number, number][] => {
    if (!/^\d+$/.test(name)) return []
    try {
      const [, parent] = /\) \S (\d+)/.exec(readFileSync(`/proc/${name}/stat`, 'utf8')) ?? []
      return [[Number(name), Number(parent)]]
    } catch {
      return []
    }
  })
}

function parentsFromPs(): [pid: number, parent: number][] {
  const { stdout } = spawnSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' })
  return stdout
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number) as [number, number])
}

/** A Node on this machine that is older than the program needs, or `null`. */
export function oldNode(): string | null {
  for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
    const candidate = join(folder, 'node')
    if (!existsSync(candidate)) continue
    const { stdout } = spawnSync(candidate, ['--version'], { encoding: 'utf8' })
    const major = Number(/^v(\d+)/.exec(stdout)?.[1])
    if (major >= 14 && major < 24) return candidate
  }
  return null
}
