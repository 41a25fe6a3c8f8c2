import type { Log } from '@posthorn/engine'
import { jsonWithHiddenEscaped } from '@posthorn/wire'
import { pino } from 'pino'
import { LineWriter, type Output } from './line-writer.ts'
import type { Settings } from './settings/index.ts'
import { standardOutput } from './standard-output.ts'

export interface ProgramLog extends Log {
  /** Why lines are lost at the moment, in a sentence; `null`: none is. */
  readonly trouble: () => string | null
  /** Writes what waits. An output that takes nothing is not waited for. */
  readonly close: () => Promise<void>
}

/** For the last lines when the process ends. */
const flushMs = 1_000

/**
 * The program's own log: JSON lines on standard output. Control characters are escaped; members that may hold a credential show
 * `***`. Nothing waits for it: lines that standard output cannot take are dropped and counted.
 */
export function createLog(level: Settings['logLevel'], output: Output = standardOutput()): ProgramLog {
  const writer = new LineWriter({ output, droppedLine })
  const logger = pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: secretPaths, censor: '***' },
    },
    // A JSON string may have characters that a terminal obeys, such as U+009B.
    { write: (line) => writer.write(jsonWithHiddenEscaped(line)) },
  )
  return Object.assign(logger, {
    trouble: () =>
      writer.trouble === null ? null : `Lines of the log are lost: standard output takes none (${writer.trouble}).`,
    close: () => writer.flush(flushMs),
  })
}

function droppedLine(count: number, why: string): string {
  const msg = `${count} lines of the log were dropped, because standard output could not take them`
  return `${JSON.stringify({ level: 'warn', time: new Date().toISOString(), dropped: count, why, msg })}\n`
}

const secretNames = [
  'authorization',
  'cookie',
  'secret',
  'secrets',
  'token',
  'password',
  'jwtSecret',
  'secretKey',
  'key',
]
const secretPaths = secretNames.flatMap((name) => [name, `*.${name}`, `*.*.${name}`])
