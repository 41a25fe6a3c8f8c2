/** What the exit code of every command means; printed by `posthorn --help`. */
export const exitCodes = {
  ok: 0,
  /** The answer is no: the receiver did not answer 2xx, the signature does not verify, a delivery failed. */
  no: 1,
  /** Wrong arguments or settings; nothing was done. */
  usage: 2,
  /** It could not be done: no connection, port taken, file not readable, store locked. */
  unable: 3,
  /** A bug in this program. */
  bug: 70,
  /** "Try again later" (EX_TEMPFAIL of sysexits.h): what was followed was lost and did not come back. */
  lost: 75,
} as const

/** An expected failure: what happened and why, and what to do next. Printed without a stack. */
export class CliError extends Error {
  override readonly name = 'CliError'
  readonly next: string
  readonly exitCode: number

  constructor(what: string, next: string, exitCode: number = exitCodes.usage) {
    super(what)
    this.next = next
    this.exitCode = exitCode
  }
}

/** What an error says, whatever was thrown. */
export function errorText(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/** The system's code of an error (`EADDRINUSE`), through its causes. */
export function systemCode(error: unknown): string | undefined {
  for (let at = error, depth = 0; at instanceof Error && depth < 5; at = at.cause, depth++) {
    if ('code' in at && typeof at.code === 'string') return at.code
    if (at instanceof AggregateError && at.errors.length > 0) return systemCode(at.errors[0])
  }
  return undefined
}
