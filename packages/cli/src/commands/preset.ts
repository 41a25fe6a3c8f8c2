import { Command } from 'commander'
import type { CliGroup } from '../command/command.ts'
import { presetApplyCommand } from './preset/apply.ts'
import { presetCheckCommand } from './preset/check.ts'
import { presetDocsCommand } from './preset/docs.ts'
import { presetListCommand } from './preset/list.ts'
import { presetShowCommand } from './preset/show.ts'

/** Vendors as data: what a server has, and what an author writes. */
export function presetCommands(): CliGroup {
  return {
    command: new Command('preset')
      .summary("vendors' systems: list, show, apply, docs, check")
      .description("Vendors' webhook systems as data: event types, wire format, policy and rules."),
    commands: [
      presetListCommand(),
      presetShowCommand(),
      presetApplyCommand(),
      presetDocsCommand(),
      presetCheckCommand(),
    ],
  }
}
