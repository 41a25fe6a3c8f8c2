import { mkdir } from 'node:fs/promises'
import { startChild } from './child.ts'
import { freePorts } from './free-ports.ts'

export interface Redis extends AsyncDisposable {
  /** `redis://127.0.0.1:40123` */
  readonly url: string
}

/** A Redis of the story's own, on loopback alone, which keeps nothing. */
export async function startRedis(folder: string): Promise<Redis> {
  await mkdir(folder)
  const [port = 0] = await freePorts(1)
  const child = await startChild({
    command: ['redis-server', '--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'],
    name: 'Redis',
    cwd: folder,
    ready: /Ready to accept connections/,
    debianPackages: 'redis-server',
  })
  return { url: `redis://127.0.0.1:${port}`, [Symbol.asyncDispose]: () => child[Symbol.asyncDispose]() }
}
