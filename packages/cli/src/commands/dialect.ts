import { Command } from 'commander'
import type { CliGroup } from '../command/command.ts'
import { dialectCheckCommand } from './dialect/check.ts'
import { dialectDeleteCommand } from './dialect/delete.ts'
import { dialectDocsCommand } from './dialect/docs.ts'
import { dialectListCommand } from './dialect/list.ts'
import { dialectPutCommand } from './dialect/put.ts'
import { dialectShowCommand } from './dialect/show.ts'

/** Wire formats: those that are built in, and those of the organisation. */
export function dialectCommands(): CliGroup {
  return {
    command: new Command('dialect')
      .summary('wire formats: list, show, put, delete, docs, check')
      .description('Wire formats as data: where each field of a message goes, and what signs it.'),
    commands: [
      dialectListCommand(),
      dialectShowCommand(),
      dialectPutCommand(),
      dialectDeleteCommand(),
      dialectDocsCommand(),
      dialectCheckCommand(),
    ],
  }
}
