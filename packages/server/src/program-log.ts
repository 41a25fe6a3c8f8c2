import { pino } from 'pino'
import type { Settings } from './settings/index.ts'

/** The program's own log: JSON lines on standard output. Control characters are escaped; members that may hold a credential show `***`. */
export function createLog(level: Settings['logLevel']) {
  return pino({
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    redact: { paths: secretPaths, censor: '***' },
  })
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
