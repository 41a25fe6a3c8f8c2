import { describeSettings, readSettings, SettingsError } from '@posthorn/server/settings'
import { Command } from 'commander'
import { CliError, exitCodes } from '../process/errors.ts'
import type { CliCommand } from '../command/command.ts'
import { cliVariables } from '../process/environment.ts'
import { startedServer } from '../server/start-server.ts'
import { stopSignals } from '../process/stop-signals.ts'
import { definitionList } from '../show/definition-list.ts'

const examples = `
Example:
  POSTHORN_JWT_SECRET=... POSTHORN_SECRET_KEY=... posthorn serve

SIGTERM stops it: it takes no more requests, waits up to 10 s for open ones and then up to 30 s for deliveries in progress,
40 s in all, and exits with 0. A second signal ends it at once with 1; what was in progress is sent again after the next start.`

/** The server, for production. */
export function serveCommand(): CliCommand {
  const command = new Command('serve')
    .summary('run the server, for production')
    .description('Runs the server with the settings of the environment.')
    .addHelpText('after', examples)
    .addHelpText('after', (context) => settingsHelp(context.command.configureOutput().getOutHelpWidth?.() ?? 80))

  return {
    command,
    async run(io, args) {
      if (args.length > 0)
        throw new CliError(`serve takes no arguments: ${args.join(' ')}`, 'Settings come from the environment.')
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

function settingsHelp(columns: number): string {
  const entries = describeSettings().map(({ env, description, default: value, make }) => {
    const text = description.replaceAll('`', '')
    if (value !== null) return [env, `${text} (default: ${value})`] as const
    return [env, `${text} (required${make === null ? '' : `; to make one: ${make}`})`] as const
  })
  return `\nSettings, from the environment. A POSTHORN_... name that is not one of these is an error:\n${definitionList(entries, columns)}`
}
