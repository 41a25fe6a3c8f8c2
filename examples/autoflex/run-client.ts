import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { Certificates } from '../../packages/cli/src/dev/certificates.ts'
import type { Customer } from './customers.ts'
import { StoryError } from './story-error.ts'

const program = fileURLToPath(new URL('client.ts', import.meta.url))
const limitMs = 60_000

/** What the client said of the flow. */
export interface Told {
  readonly ids: readonly string[]
  readonly bytes: number
  readonly sha256: string
}

/** Runs client.ts in Deno, as that customer, until it has its file. `say` is told each line as it comes. */
export async function runClient(
  { folder, tls, vendor, customer }: { folder: string; tls: Certificates; vendor: string; customer: Customer },
  say: (line: string) => void,
): Promise<Told> {
  const files = { certificate: join(folder, 'callback.pem'), privateKey: join(folder, 'callback-key.pem') }
  const settingsFile = join(folder, 'settings.json')
  const { api_key, username, password } = customer
  const write = (file: string, text: string): Promise<void> => writeFile(file, text, { mode: 0o600 })
  await write(files.certificate, tls.certificate)
  await write(files.privateKey, tls.key)
  await write(settingsFile, JSON.stringify({ url: vendor, api_key, username, password, ...files }))

  const args = ['run', '--no-prompt', '--allow-net', '--allow-read', '--cert', tls.caFile, program, settingsFile]
  const deno = spawn('deno', args, {
    cwd: folder,
    env: { ...process.env, DENO_NO_UPDATE_CHECK: '1', NO_COLOR: '1' },
    stdio: ['ignore', 'pipe', 'inherit'],
    signal: AbortSignal.timeout(limitMs),
    killSignal: 'SIGKILL',
  })
  const ended = once(deno, 'close').catch((error: Error) => error)
  const lines: string[] = []
  for await (const line of createInterface(deno.stdout)) {
    lines.push(line)
    say(line)
  }
  const end = await ended
  if (end instanceof Error) throw new StoryError(whyNot(end), { cause: end })
  if (end[0] !== 0) throw new StoryError(`The client ended with ${end[0]}; what it said is above.`)
  return read(lines)
}

function whyNot(error: Error & { code?: unknown }): string {
  return error.code === 'ENOENT'
    ? 'The client is a program for Deno, which is not on PATH. How to install it: https://deno.com/'
    : `The client was not done within ${limitMs / 1000} s.`
}

function read(lines: readonly string[]): Told {
  const ids = lines.flatMap((line) => /secret-id: (.*)$/.exec(line)?.[1] ?? [])
  const [, bytes, sha256 = ''] =
    lines.map((line) => /^Downloaded (\d+) bytes, SHA-256 (\w+)$/.exec(line)).find(Boolean) ?? []
  return { ids, bytes: Number(bytes), sha256 }
}
