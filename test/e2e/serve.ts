import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'

const main = new URL('../../packages/cli/src/main.ts', import.meta.url).pathname

/** Settings of a server under test, as environment variables. */
export type Environment = Readonly<Record<string, string>>

/** `NODE_COMPILE_CACHE`: vitest.config.ts says why. */
const inherited = Object.fromEntries(
  ['PATH', 'NODE_COMPILE_CACHE'].flatMap((name) =>
    process.env[name] === undefined ? [] : [[name, process.env[name]]],
  ),
) as Environment

const secrets: Environment = {
  POSTHORN_JWT_SECRET: 'a secret for the tests, long enough',
  POSTHORN_SECRET_KEY: Buffer.alloc(32, 7).toString('base64'),
}

export interface Serving {
  readonly url: string
  readonly process: ChildProcess
  /** kill -9, and wait until it is gone. */
  kill(): Promise<void>
  /** SIGTERM; resolves with the exit code. */
  stop(): Promise<number | null>
}

/** Starts `posthorn serve` as an operator does, and waits for its `ready` line. */
export async function serve(environment: Environment): Promise<Serving> {
  const child = spawn(process.execPath, ['--conditions=posthorn-source', '--no-warnings', main, 'serve'], {
    env: { ...inherited, POSTHORN_PORT: '0', POSTHORN_LOG_LEVEL: 'warn', ...secrets, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const exited = once(child, 'exit') as Promise<[number | null]>
  let output = ''
  const url = await new Promise<string>((resolve, reject) => {
    const read = (chunk: Buffer): void => {
      output += chunk.toString()
      const ready = /^ready (\S+)$/m.exec(output)?.[1]
      if (ready !== undefined) resolve(ready)
    }
    child.stdout.on('data', read)
    child.stderr.on('data', read)
    void exited.then(([code]) => reject(new Error(`posthorn serve ended with ${code}: ${output}`)))
  })
  return {
    url,
    process: child,
    async kill() {
      child.kill('SIGKILL')
      await exited
    },
    async stop() {
      child.kill('SIGTERM')
      const [code] = await exited
      return code
    },
  }
}

/** A token from `posthorn token`. */
export async function token(...args: readonly string[]): Promise<string> {
  const child = spawn(process.execPath, ['--conditions=posthorn-source', '--no-warnings', main, 'token', ...args], {
    env: { ...inherited, ...secrets },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let output = ''
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()))
  await once(child, 'close')
  return output.trim()
}
