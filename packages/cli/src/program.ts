import { readFileSync } from 'node:fs'
import { Command, CommanderError } from 'commander'
import type { CliCommand, CliGroup } from './command/command.ts'
import { auditCommand } from './commands/audit.ts'
import { devCommand } from './commands/dev.ts'
import { dialectCommands } from './commands/dialect.ts'
import { filterCommand } from './commands/filter.ts'
import { keyCommands } from './commands/key.ts'
import { logCommand } from './commands/log.ts'
import { mockCommand } from './commands/mock.ts'
import { presetCommands } from './commands/preset.ts'
import { sendCommand } from './commands/send.ts'
import { serveCommand } from './commands/serve.ts'
import { signCommand } from './commands/sign.ts'
import { tailCommand } from './commands/tail.ts'
import { testCommand } from './commands/test.ts'
import { tokenCommand } from './commands/token.ts'
import { triggerCommand } from './commands/trigger.ts'
import { verifyCommand } from './commands/verify.ts'
import { explainFailure } from './process/explain-failure.ts'
import { exitCodes } from './process/errors.ts'
import type { Io } from './process/io.ts'

/** In the order of the help. A new command is a file in commands/ and a line here. */
const commands: readonly (() => CliCommand | CliGroup)[] = [
  devCommand,
  serveCommand,
  triggerCommand,
  sendCommand,
  mockCommand,
  testCommand,
  tailCommand,
  logCommand,
  filterCommand,
  presetCommands,
  dialectCommands,
  keyCommands,
  auditCommand,
  tokenCommand,
  signCommand,
  verifyCommand,
]

const about = `Webhooks, both ends, every dialect: sends them in a vendor's own format, and checks the ones that come in.

First time here? Run:  posthorn dev`

const exitCodeHelp = `
Exit codes:
  0   done
  1   the answer is no: not a 2xx, not verified, delivery failed, check found problems
  2   wrong arguments or settings; nothing was done
  3   could not be done: no connection, port taken, file not readable
  70  a bug in this program
  75  what was followed was lost and did not come back: try again later`

/** Runs one command line and answers the exit code. Never rejects. */
export async function run(args: readonly string[], io: Io): Promise<number> {
  let code: number = exitCodes.ok
  const program = new Command('posthorn')
    .description(about)
    .version(`posthorn ${version()}, Node ${process.version}`, '-V, --version', 'print the version, and that of Node')
    .helpOption('-h, --help', 'print this')
    .helpCommand('help [command]', 'print the help of a command')
    .showHelpAfterError('(posthorn --help lists the commands)')
    .addHelpText('after', exitCodeHelp)
    // So that an option of a command may have the name of one here: dialect show NAME --version 2.
    .enablePositionalOptions()
  const prepare = (command: Command): Command =>
    command
      .exitOverride()
      .configureHelp({ subcommandTerm })
      .configureOutput({
        writeOut: io.out,
        writeErr: io.err,
        getOutHasColors: () => false,
        getOutHelpWidth: () => io.columns,
        getErrHelpWidth: () => io.columns,
      })
  const add = (parent: Command, entry: CliCommand | CliGroup): void => {
    const { command } = entry
    parent.addCommand(prepare(command.helpOption('-h, --help', 'print this')))
    const name = `${parent === program ? '' : `${parent.name()} `}${command.name()}`
    if ('commands' in entry) {
      command.helpCommand(false).showHelpAfterError(`(posthorn ${name} --help lists the commands)`)
      for (const inside of entry.commands) add(command, inside)
      return
    }
    command.showHelpAfterError(`(posthorn ${name} --help shows examples)`).action(async () => {
      code = await entry.run(io, command.args)
    })
  }
  prepare(program)
  for (const make of commands) add(program, make())
  try {
    await program.parseAsync(args, { from: 'user' })
    return code
  } catch (error) {
    // Help and version come as errors with the code 0; wrong arguments have been told by then.
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage
    return explainFailure(error, io)
  }
}

/** `send <app> <event>`, `preset <command>`: in a list, that there are options goes without saying. */
function subcommandTerm(command: Command): string {
  const names = command.registeredArguments.map((argument) =>
    argument.required ? `<${argument.name()}>` : `[${argument.name()}]`,
  )
  return [command.name(), ...names, ...(command.commands.length > 0 ? ['<command>'] : [])].join(' ')
}

function version(): string {
  const file = new URL('../package.json', import.meta.url)
  const manifest: { version: string } = JSON.parse(readFileSync(file, 'utf8'))
  return manifest.version
}
