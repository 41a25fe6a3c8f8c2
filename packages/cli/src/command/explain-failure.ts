import type { ApiError } from '@posthorn/api'
import { PresetError } from '@posthorn/preset'
import { WireError } from '@posthorn/wire'
import { isApiError } from '../api/refusal.ts'
import { CliError } from '../process/cli-error.ts'
import { exitCodes } from '../process/exit-codes.ts'
import { systemCode } from '../process/system-error.ts'
import type { Io } from '../process/io.ts'
import { jsonText } from '../show/json-text.ts'
import { printable } from '../show/printable.ts'

/** What happened and why, and what to do next. */
export interface Failure {
  readonly what: string
  readonly next: string
  readonly exitCode: number
}

/**
 * Prints what happened, why, and what to do next; with `--json` as one JSON object. Prints a stack trace only with POSTHORN_DEBUG.
 * Returns the exit code.
 */
export function explainFailure(error: unknown, io: Io, json = false): number {
  const failure = describe(error, io)
  const { what, next, exitCode } = failure
  if (json) io.err(jsonError(failure))
  else io.err(`${io.style('red', 'error')}: ${printable(what)}\n${next === '' ? '' : `${printable(next)}\n`}`)
  return exitCode
}

/** One line on standard error. */
export function jsonError({ what, next, exitCode }: Failure): string {
  return `${jsonText({ error: what, next, exitCode })}\n`
}

function describe(error: unknown, io: Io): Failure {
  if (error instanceof CliError) return { what: error.message, next: error.next, exitCode: error.exitCode }
  if (error instanceof WireError)
    return { what: `${error.message} (${error.code})`, next: error.hint, exitCode: exitCodes.usage }
  if (error instanceof PresetError)
    return { what: error.message, next: 'Correct the file.', exitCode: exitCodes.unable }
  if (isApiError(error))
    return { what: `the server refused: ${refusals(error)}`, next: apiHint(error), exitCode: apiExit(error) }
  if (error instanceof Error && error.name === 'PathError')
    return { what: error.message, next: 'Give an id or a name.', exitCode: exitCodes.usage }
  if (error instanceof Error && rootMessage(error) === 'bad port') {
    return {
      what: 'HTTP clients do not connect to the port of this URL, because another protocol uses it.',
      next: 'Use another port: --url or POSTHORN_URL. The blocked ports: https://fetch.spec.whatwg.org/#port-blocking',
      exitCode: exitCodes.usage,
    }
  }
  const code = systemCode(error)
  if (code === 'ECONNREFUSED') {
    return {
      what: 'no server listens at this address (connection refused).',
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
    what: `unexpected error: ${shown}`,
    next: 'This is a bug. Run it again with POSTHORN_DEBUG=1 and report what it prints.',
    exitCode: exitCodes.bug,
  }
}

function apiHint(error: ApiError): string {
  if (error.status === 401) return 'Make a token for this server: posthorn token --help'
  if (error.code === 'forbidden') return forbiddenHint(error.message)
  if (error.status === 404) return 'Check the id: ids and uids belong to the organisation of your token.'
  if (error.status === 429 || error.status === 503) return 'Try again in a moment.'
  return `(${error.status} ${error.code})`
}

/** The message of the server names the missing scope. Without a scope, a token of the organisation is needed. */
function forbiddenHint(message: string): string {
  const scope = /`([\w:]+)`/.exec(message)?.[1]
  return scope === undefined
    ? 'Make a token of the organisation: posthorn token --org ORG'
    : `Make a token with this scope: posthorn token --org ORG --scopes ${scope}`
}

/** One line for each refused field, if there are several. */
function refusals(error: ApiError): string {
  const { body } = error
  const detail = typeof body === 'object' && body !== null && 'detail' in body ? body.detail : null
  if (!Array.isArray(detail) || detail.length < 2) return error.message
  return detail.map(({ msg }: { msg?: string }) => `\n  ${msg ?? ''}`).join('')
}

function apiExit(error: ApiError): number {
  return error.status >= 500 || error.status === 429 ? exitCodes.unable : exitCodes.usage
}

function rootMessage(error: Error): string {
  let at = error
  for (let depth = 0; at.cause instanceof Error && depth < 5; depth++) at = at.cause
  return at.message
}
