/** Runs the stories in `examples/` as their pages tell a reader to, so that the pages stay true. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { test } from 'vitest'

const root = fileURLToPath(new URL('../..', import.meta.url))
/** A story has a limit of its own and says when it is over. This one ends a story that does not. */
const limitMs = 180_000

export interface Told {
  readonly output: string
  readonly code: number | null
}

/** A test of a story. `lacking`, from `missing(program)`: why it has to be skipped on this machine, or `null`. */
export function story(title: string, lacking: string | null, run: () => Promise<void>): void {
  if (lacking === null) test(title, run, limitMs + 10_000)
  else test.skip(`${title} (skipped: ${lacking})`, () => {})
}

/** What the one command in the README of a story prints, errors included, and how it ends. */
export async function tell(name: string, env: Readonly<Record<string, string>> = {}): Promise<Told> {
  const [program = '', ...args] = commandOf(name)
  const child = spawn(program, args, {
    cwd: root,
    env: { ...process.env, PATH: `${root}node_modules/.bin:${process.env['PATH']}`, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    // It leads a process group. A kill of the group also ends what the story started.
    detached: true,
  })
  const limit = setTimeout(() => process.kill(-child.pid!, 'SIGKILL'), limitMs)
  let output = ''
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()))
  const [code] = (await once(child, 'close')) as [number | null]
  clearTimeout(limit)
  return { output, code }
}

/** The first `sh` block of the page, without npx, which needs a second to do nothing here. */
function commandOf(name: string): string[] {
  const page = readFileSync(`${root}examples/${name}/README.md`, 'utf8')
  const command = /^```sh\n(?:npx )?(.+)\n```$/m.exec(page)?.[1]
  if (command === undefined) throw new Error(`examples/${name}/README.md has no block with one command.`)
  return command.split(' ')
}
