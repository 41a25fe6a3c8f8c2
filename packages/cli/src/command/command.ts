import type { Command } from 'commander'
import type { Io } from '../process/io.ts'
import type { Words } from './words.ts'

/** One run of a command. */
export interface Given<Options> {
  readonly io: Io
  /** The arguments in their order; an optional one that is missing is absent. */
  readonly args: readonly string[]
  readonly options: Options
  /** The parsed command line, for a command that must know which options were given. */
  readonly parsed: Command
}

/** A command: its words, and what it does. */
export interface CliCommand extends Words {
  /** Returns the exit code. */
  readonly run: (given: Given<unknown>) => Promise<number>
}

/** Commands that share their first word: `posthorn preset list`. */
export interface CliGroup {
  readonly name: string
  /** For the list of commands; the names of its commands are added. */
  readonly summary: string
  readonly description: string
  /** In the order of the help. */
  readonly commands: readonly CliCommand[]
}

/** Whether an entry of the list of commands is a group. */
export function isGroup(entry: CliCommand | CliGroup): entry is CliGroup {
  return 'commands' in entry
}

/** A command with its own type of options, which are those of its words. */
export function command<Options>(
  definition: Words & { readonly run: (given: Given<Options>) => Promise<number> },
): CliCommand {
  return { ...definition, run: (given) => definition.run(given as Given<Options>) }
}
