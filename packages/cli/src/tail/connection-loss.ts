import { apiStatus } from '../api/refusal.ts'
import { CliError } from '../process/cli-error.ts'
import { exitCodes } from '../process/exit-codes.ts'
import { errorText, systemCode } from '../process/system-error.ts'
import { spanText } from '../show/time-text.ts'

/** The server sent nothing for too long. For the first connection this is an error; later connections are opened again. */
export class Silence extends CliError {
  constructor(afterMs: number) {
    super(
      `the server sent nothing for ${spanText(afterMs)}.`,
      'Check the URL. A proxy in between may buffer the stream, which it must not do.',
      exitCodes.unable,
    )
  }
}

/** Whether the connection was lost and a new one may work. */
export function isLoss(error: unknown): boolean {
  if (error instanceof Silence) return true
  if (error instanceof CliError) return false
  const status = apiStatus(error)
  if (status !== null) return status >= 500 || [408, 425, 429].includes(status)
  const code = systemCode(error)
  return code !== undefined && !code.startsWith('ERR_INVALID')
}

/** Why the connection was lost, in a few words. */
export function reason(error: unknown): string {
  const code = systemCode(error)
  if (code === 'ECONNREFUSED') return 'no server listens there'
  if (code === 'UND_ERR_SOCKET' || code === 'ECONNRESET') return 'it was closed'
  return code ?? errorText(error).replace(/\.$/, '')
}

/** The error when the connection did not come back. `completeTo`: all lines up to this time were printed. */
export function gaveUp(why: unknown, completeTo: number, afterMs: number): CliError {
  const since = new Date(completeTo).toISOString()
  return new CliError(
    `the connection did not come back within ${spanText(afterMs)}: ${reason(why)}.`,
    `Is the server running? Its log has the lines after the last printed one: posthorn log APP --after ${since}`,
    exitCodes.lost,
  )
}
