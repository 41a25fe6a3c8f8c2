import { Command } from 'commander'
import { port } from '../command/arguments.ts'
import type { DevOptions } from '../dev/run.ts'
import { defaultDataFolder } from '../dev/state.ts'
import { CliError } from '../process/errors.ts'
import type { CliCommand } from '../command/command.ts'

const examples = `
Examples:
  posthorn dev
  posthorn dev --port 9000 --data /tmp/try-posthorn
  posthorn dev --port 0                    free ports

Everything stays in the data folder: a restart goes on where it was. Stop it with Ctrl-C.`

/** Everything for trying it out, in one process: server, demo applications, a receiver that verifies. */
export function devCommand(): CliCommand {
  const command = new Command('dev')
    .summary('try it: server, demo applications and a receiver, all here')
    .description(
      'Runs the server with an embedded store, a demo application for each vendor, and a receiver that verifies.',
    )
    .option('--port <port>', 'port of the server; POSTHORN_PORT, or else 8071', port)
    .option(
      '--receiver-port <port>',
      'port of the receiver, https on the next one; the ones after --port when absent',
      port,
    )
    .option('--data <folder>', 'where everything is kept', defaultDataFolder)
    .addHelpText('after', examples)

  return {
    command,
    async run(io, args) {
      if (args.length > 0)
        throw new CliError(`dev takes no arguments: ${args.join(' ')}`, 'posthorn dev --help lists its options.')
      const { runDev } = await import('../dev/run.ts')
      return runDev(command.opts<DevOptions>(), io)
    },
  }
}
