import { readFileSync } from 'node:fs'
import { Command, CommanderError } from 'commander'
import type { CliCommand } from './command.ts'
import { devCommand } from './commands/dev.ts'
import { logCommand } from './commands/log.ts'
import { sendCommand } from './commands/send.ts'
import { serveCommand } from './commands/serve.ts'
import { signCommand } from './commands/sign.ts'
import { tailCommand } from './commands/tail.ts'
import { tokenCommand } from './commands/token.ts'
import { triggerCommand } from './commands/trigger.ts'
import { verifyCommand } from './commands/verify.ts'
import { explainFailure } from './explain-failure.ts'
import { exitCodes } from './errors.ts'
import type { Io } from './io.ts'

/** In the order of the help. A new command is a file in commands/ and a line here. */
const commands: readonly (() => CliCommand)[] = [
  devCommand,
  serveCommand,
  triggerCommand,
  sendCommand,
  tailCommand,
  logCommand,
  tokenCommand,
  signCommand,
  verifyCommand,
]

const about = `Webhooks, both ends, every dialect: sends them in a vendor's own format, and checks the ones that come in.

First time here? Run:  posthorn dev`

const exitCodeHelp = `
Exit codes:
  0   done
  1   the answer is no: not a 2xx, signature not verified, delivery failed
  2   wrong arguments or settings; nothing was done
  3   could not be done: no connection, port taken, file not readable
  70  a bug in this program`

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
  for (const make of commands) {
    const { command, run: action } = make()
    command
      .helpOption('-h, --help', 'print this')
      .showHelpAfterError(`(posthorn ${command.name()} --help shows examples)`)
    command.action(async () => {
      code = await action(io, command.args)
    })
    program.addCommand(command)
  }
  for (const command of [program, ...program.commands]) {
    command.exitOverride().configureOutput({
      writeOut: io.out,
      writeErr: io.err,
      getOutHasColors: () => false,
      getOutHelpWidth: () => io.columns,
      getErrHelpWidth: () => io.columns,
    })
  }
  try {
    await program.parseAsync(args, { from: 'user' })
    return code
  } catch (error) {
    // Help and version come as errors with the code 0; wrong arguments have been told by then.
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage
    return explainFailure(error, io)
  }
}

function version(): string {
  const file = new URL('../package.json', import.meta.url)
  const manifest: { version: string } = JSON.parse(readFileSync(file, 'utf8'))
  return manifest.version
}
