import { Command } from 'commander'
import type { CliGroup } from '../command/command.ts'
import { keyResetCommand } from './key/reset.ts'
import { keyShowCommand } from './key/show.ts'

/** The key that signs for all endpoints of an application, in dialects that have one. */
export function keyCommands(): CliGroup {
  return {
    command: new Command('key')
      .summary("an application's signing key: show, reset")
      .description('The key that signs for all endpoints of an application, where its dialect has one.'),
    commands: [keyShowCommand(), keyResetCommand()],
  }
}
