import type { Command } from 'commander'
import type { Io } from '../process/io.ts'

/** What a command is: its words and options, and what it does. It answers the exit code. */
export interface CliCommand {
  readonly command: Command
  readonly run: (io: Io, args: readonly string[]) => Promise<number>
}

/** Commands that share their first word: `posthorn preset list`. */
export interface CliGroup {
  readonly command: Command
  /** In the order of the help. */
  readonly commands: readonly CliCommand[]
}
