import { exitCodes } from './exit-codes.ts'

/** An expected failure: what happened and why, and what to do next. It is printed without a stack trace. */
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
