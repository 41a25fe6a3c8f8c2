import { constants, fstatSync, openSync, write, writeSync } from 'node:fs'
import { isatty } from 'node:tty'
import type { Output } from './line-writer.ts'

/**
 * Standard output, without waiting for it. A write that waits would stop the whole process: on a pipe that nobody reads, a terminal
 * that is stopped (Ctrl-S), a disk that hangs or is full. Each kind needs another way:
 *
 * - a pipe or socket: Node's stream, which does not block there. libuv's threads would: a process with a blocked thread cannot even exit
 * - a terminal: opened once more, because Node's stream blocks there and the flag for it would count for the shell too
 * - a file or device: a thread of libuv
 */
export function standardOutput(): Output {
  try {
    const kind = fstatSync(1)
    if (kind.isFIFO() || kind.isSocket()) return streamOutput(process.stdout)
    if (isatty(1)) return terminalOutput()
  } catch {
    // Closed: each write says so.
  }
  return fileOutput(1)
}

function streamOutput(stream: NodeJS.WritableStream & { readonly destroyed?: boolean }): Output {
  // The callback of the write has the error too; without a listener it would end the process.
  stream.on('error', () => undefined)
  return (bytes, done) => {
    stream.write(bytes, (error) => done(error ?? null, error ? 0 : bytes.length))
  }
}

function terminalOutput(): Output {
  let terminal: number
  try {
    terminal = openSync('/proc/self/fd/1', constants.O_WRONLY | constants.O_NONBLOCK | constants.O_NOCTTY)
  } catch {
    // Not Linux.
    return fileOutput(1)
  }
  return (bytes, done) => {
    try {
      done(null, writeSync(terminal, bytes))
    } catch (error) {
      done(error as NodeJS.ErrnoException, 0)
    }
  }
}

function fileOutput(file: number): Output {
  return (bytes, done) => write(file, bytes, 0, bytes.length, null, (error, written) => done(error, written ?? 0))
}
