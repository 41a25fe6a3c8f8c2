import { run } from '../src/program.ts'
import type { Io } from '../src/process/io.ts'

export interface Ran {
  readonly code: number
  readonly out: string
  readonly err: string
}

export interface Around {
  readonly stdin?: string | Uint8Array
  readonly env?: Readonly<Record<string, string>>
  readonly nowMs?: number
  /** Standard output is a terminal that is so wide. */
  readonly terminalColumns?: number
  /** Told of standard error as it comes. */
  readonly onErr?: (text: string) => void
}

/** Runs a command line inside the test's process, with its own standard streams. */
export async function posthorn(args: readonly string[], around: Around = {}): Promise<Ran> {
  const out: Buffer[] = []
  let err = ''
  const io: Io = {
    out: (text) => void out.push(Buffer.from(text)),
    outBytes: (bytes) => void out.push(Buffer.from(bytes)),
    err: (text) => {
      err += text
      around.onErr?.(text)
    },
    stdin: async () => Buffer.from(around.stdin ?? ''),
    env: around.env ?? {},
    columns: 100,
    terminalColumns: around.terminalColumns ?? null,
    now: () => around.nowMs ?? Date.now(),
    style: (_style, text) => text,
    onSignal: () => {},
    surviveReader: () => undefined,
    exit: () => {},
  }
  const code = await run(args, io)
  return { code, out: Buffer.concat(out).toString('utf8'), err }
}
