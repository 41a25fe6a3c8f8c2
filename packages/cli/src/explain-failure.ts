import type { ApiError } from '@posthorn/api'
import { PresetError } from '@posthorn/engine/presets'
import { WireError } from '@posthorn/wire'
import { CliError, exitCodes, systemCode } from './errors.ts'
import type { Io } from './io.ts'
import { printable } from './printable.ts'

/** Tells what happened, why, and what to do next; no stack unless it is asked for. Answers the exit code. */
export function explainFailure(error: unknown, io: Io): number {
  const { what, next, exitCode } = describe(error, io)
  io.err(`${io.style('red', 'error')}: ${printable(what)}\n${next === '' ? '' : `${printable(next)}\n`}`)
  return exitCode
}

function describe(error: unknown, io: Io): { what: string; next: string; exitCode: number } {
  if (error instanceof CliError) return { what: error.message, next: error.next, exitCode: error.exitCode }
  if (error instanceof WireError)
    return { what: `${error.message} (${error.code})`, next: error.hint, exitCode: exitCodes.usage }
  if (error instanceof PresetError)
    return { what: error.message, next: 'Correct the file.', exitCode: exitCodes.unable }
  if (isApiError(error))
    return { what: `the server refused: ${error.message}`, next: apiHint(error), exitCode: apiExit(error) }
  const code = systemCode(error)
  if (code === 'ECONNREFUSED') {
    return {
      what: 'nothing listens there (connection refused).',
      next: 'Is the server running? "posthorn dev" starts one; --url or POSTHORN_URL names another.',
      exitCode: exitCodes.unable,
    }
  }
  if (code !== undefined && error instanceof Error) {
    return { what: `${rootMessage(error)} (${code})`, next: '', exitCode: exitCodes.unable }
  }
  const shown =
    error instanceof Error ? (io.env['POSTHORN_DEBUG'] ? (error.stack ?? error.message) : error.message) : String(error)
  return {
    what: `something went wrong that should not: ${shown}`,
    next: 'This is a bug. Run it again with POSTHORN_DEBUG=1 and report what it prints.',
    exitCode: exitCodes.bug,
  }
}

/** By its name: the class is not loaded before a command uses the API. */
function isApiError(error: unknown): error is ApiError {
  return error instanceof Error && error.name === 'ApiError'
}

function apiHint(error: ApiError): string {
  if (error.status === 401) return 'Make a token for this server: posthorn token --help'
  if (error.status === 404) return 'Ids and uids are those of the organisation in your token.'
  if (error.status === 429 || error.status === 503) return 'Try again in a moment.'
  return `(${error.status} ${error.code})`
}

function apiExit(error: ApiError): number {
  return error.status >= 500 || error.status === 429 ? exitCodes.unable : exitCodes.usage
}

function rootMessage(error: Error): string {
  let at = error
  for (let depth = 0; at.cause instanceof Error && depth < 5; depth++) at = at.cause
  return at.message
}
