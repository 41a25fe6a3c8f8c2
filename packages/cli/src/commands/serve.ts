import { Command } from 'commander'
import { CliError, exitCodes } from '../errors.ts'
import type { CliCommand } from '../command.ts'
import { cliVariables } from '../server-env.ts'
import { startedServer } from '../start-server.ts'
import { stopSignals } from '../stop-signals.ts'
import { loadServer } from '../load-server.ts'

const examples = `
Settings come from the environment; a POSTHORN_... name that is none is an error:
  POSTHORN_JWT_SECRET     signs the API's tokens; make one: openssl rand -hex 32
  POSTHORN_SECRET_KEY     encrypts secrets at rest; make one: openssl rand -base64 32
  POSTHORN_DATABASE_URL   sqlite:./posthorn-data
  POSTHORN_PORT, POSTHORN_HOST, POSTHORN_ALLOW_PRIVATE, POSTHORN_EXTRA_CA, POSTHORN_DEFAULT_DIALECT, POSTHORN_LOG_LEVEL

Example:
  POSTHORN_JWT_SECRET=... POSTHORN_SECRET_KEY=... posthorn serve

SIGTERM drains: it takes no more requests, gives open ones up to 10 s and then deliveries that are out up to 30 s, so 40 s
in all, and exits 0. A second signal ends it at once (exit code 1); what was out is sent again after the next start.`

/** The server, for production. */
export function serveCommand(): CliCommand {
  const command = new Command('serve')
    .summary('run the server, for production')
    .description('Runs the server with the settings of the environment.')
    .addHelpText('after', examples)

  return {
    command,
    async run(io, args) {
      if (args.length > 0)
        throw new CliError(`serve takes no arguments: ${args.join(' ')}`, 'Settings come from the environment.')
      const { readSettings, SettingsError } = await loadServer()
      let settings
      try {
        settings = readSettings(io.env, cliVariables)
      } catch (error) {
        if (error instanceof SettingsError)
          throw new CliError(error.message, 'posthorn serve --help lists the settings.', exitCodes.usage)
        throw error
      }
      const stopping = stopSignals(io)
      const server = await startedServer(settings)
      // On standard error: standard output has the log, one JSON object a line.
      io.err(`ready ${server.url}\n`)
      return stopping.closeWhenAsked(() => server.close())
    },
  }
}
