import { buffer } from 'node:stream/consumers'
import { styleText } from 'node:util'
import { exitCodes } from './exit-codes.ts'

type Style = Parameters<typeof styleText>[0]

/** Everything that a command uses of its process. Tests pass their own. */
export interface Io {
  readonly out: (text: string) => void
  /** Writes bytes unchanged, for a body that goes into a file or a pipe. */
  readonly outBytes: (bytes: Uint8Array) => void
  readonly err: (text: string) => void
  /** All of standard input. */
  readonly stdin: () => Promise<Uint8Array>
  readonly env: Readonly<Record<string, string | undefined>>
  /** Milliseconds since the epoch. */
  readonly now: () => number
  /** Width of help and prose, in characters. */
  readonly columns: number
  /** Width of the terminal that standard output is; `null`: it is a file or a pipe, and nothing is cut. */
  readonly terminalColumns: number | null
  /** Adds colours if standard output is a terminal. */
  readonly style: (style: Style, text: string) => string
  /** Calls the listener on each SIGINT, SIGTERM and SIGHUP from now on. They no longer end the process. */
  readonly onSignal: (listener: (signal: string) => void) => void
  /** From now on standard output is a log: a program that serves goes on when nobody reads it. */
  readonly surviveReader: () => void
  /** Ends the process at once. */
  readonly exit: (code: number) => void
}

export function processIo(): Io {
  let endsWithReader = true
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (!endsWithReader) return
    // A reader that closes the pipe (`posthorn ... | head`) ends the program without an error, as with other tools.
    if (error.code === 'EPIPE') process.exit(exitCodes.ok)
    process.stderr.write(`posthorn: cannot write to standard output (${error.code ?? error.message})\n`)
    process.exit(exitCodes.unable)
  })
  // What cannot be reported is no reason to end.
  process.stderr.on('error', () => undefined)
  return {
    out: (text) => void process.stdout.write(text),
    outBytes: (bytes) => void process.stdout.write(bytes),
    err: (text) => void process.stderr.write(text),
    stdin: () => buffer(process.stdin),
    env: process.env,
    now: Date.now,
    columns: Math.min(process.stdout.columns ?? 100, 120),
    // A getter, because the width of a window may change while a log is followed.
    get terminalColumns() {
      return process.stdout.isTTY ? process.stdout.columns : null
    },
    style: (style, text) => styleText(style, text, { stream: process.stdout, validateStream: true }),
    onSignal(listener) {
      for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, listener)
    },
    surviveReader: () => {
      endsWithReader = false
    },
    exit: (code) => process.exit(code),
  }
}
