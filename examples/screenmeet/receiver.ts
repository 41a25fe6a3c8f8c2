import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { EventEmitter, once } from 'node:events'
import { rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { StoryError } from './story-error.ts'

const program = fileURLToPath(new URL('receiver.js', import.meta.url))
const waitMs = 30_000

/** What the receiver says of one request. One that it refused it has not read. */
export interface Received {
  readonly at: string
  readonly path: string
  readonly signature?: string
  readonly answered: number
  /** The name of the key that has signed it. */
  readonly key?: string
  readonly events?: readonly { readonly type: string; readonly message: string }[]
}

export interface Receiver extends AsyncDisposable {
  readonly origin: string
  readonly received: readonly Received[]
  /** Takes what one of these has signed, from now on. */
  trust(...keys: string[]): Promise<void>
  /** Waits until what it has received is so. */
  until(holds: (received: readonly Received[]) => boolean): Promise<void>
}

/** How the receiver names a key. */
export function nameOfKey(key: string): string {
  return createHash('sha256').update(key).digest('hex').slice(0, 8)
}

/** Starts `receiver.js` on a free port. It trusts no key yet. */
export async function startReceiver(
  folder: string,
  tls: { readonly certificate: string; readonly key: string },
  onReceived: (one: Received) => void,
): Promise<Receiver> {
  const files = { CERTIFICATE: 'certificate.pem', PRIVATE_KEY: 'private-key.pem', SIGNING_KEYS: 'signing-keys.txt' }
  const write = (name: string, text: string) => writeFile(join(folder, name), text, { mode: 0o600 })
  await write(files.CERTIFICATE, tls.certificate)
  await write(files.PRIVATE_KEY, tls.key)
  await write(files.SIGNING_KEYS, '')

  const node = spawn(process.execPath, [program], {
    cwd: folder,
    env: { PATH: process.env['PATH'], ...files },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = once(node, 'close')
  const lines = createInterface(node.stdout)
  const [first] = (await Promise.race([once(lines, 'line'), ended])) as [string | number | null]
  if (typeof first !== 'string') throw new StoryError('The receiver did not start.')
  const { listening: origin } = JSON.parse(first) as { readonly listening: string }

  const received: Received[] = []
  const news = new EventEmitter()
  lines.on('line', (line) => {
    const one = JSON.parse(line) as Received
    received.push(one)
    onReceived(one)
    news.emit('received')
  })
  return {
    origin,
    received,
    async trust(...keys) {
      // In one step: a request that comes while it is written must find the keys from before, or those from now on.
      await write('signing-keys.new', keys.join('\n'))
      await rename(join(folder, 'signing-keys.new'), join(folder, files.SIGNING_KEYS))
    },
    async until(holds) {
      const signal = AbortSignal.timeout(waitMs)
      while (!holds(received))
        await once(news, 'received', { signal }).catch(() => {
          throw new StoryError(`The receiver was not sent what it had to be within ${waitMs / 1000} s.`)
        })
    },
    async [Symbol.asyncDispose]() {
      node.kill()
      await ended
    },
  }
}
