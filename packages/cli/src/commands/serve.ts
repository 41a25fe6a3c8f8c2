import { readSettings, SettingsError } from '@posthorn/server/settings'
import { command } from '../command/command.ts'
import { CliError } from '../process/cli-error.ts'
import { cliVariables } from '../process/environment.ts'
import { stopSignals } from '../process/stop-signals.ts'
import { settingsHelp } from '../server/settings-help.ts'
import { startedServer } from '../server/start-server.ts'

/** The server, for production. */
export const serve = command({
  name: 'serve',
  summary: 'run the server, for production',
  description: 'Runs the server. Its settings come from the environment.',
  examples: ['POSTHORN_JWT_SECRET=... POSTHORN_SECRET_KEY=... posthorn serve'],
  notes: [
    'SIGTERM stops it: it takes no more requests, waits up to 10 s for open ones and then up to 30 s for deliveries in progress (40 s in all), and exits with 0. A second signal ends it at once with 1; what was in progress is sent again after the next start.',
    settingsHelp,
  ],
  async run({ io }) {
    const settings = settingsOf(io.env)
    io.surviveReader()
    const stopping = stopSignals(io)
    const server = await startedServer(settings)
    // On standard error, because standard output is the log: one JSON object per line.
    io.err(`ready ${server.url}\n`)
    const code = await stopping.closeWhenAsked(() => server.close())
    // Lines for a pipe that nobody reads would keep the process for ever.
    io.exit(code)
    return code
  },
})

function settingsOf(env: Readonly<Record<string, string | undefined>>) {
  try {
    return readSettings(env, cliVariables)
  } catch (error) {
    if (error instanceof SettingsError) throw new CliError(error.message, 'posthorn serve --help lists the settings.')
    throw error
  }
}
