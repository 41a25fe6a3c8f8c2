import { command } from '../command/command.ts'
import { port } from '../command/option-values.ts'
import { option } from '../command/words.ts'
import type { DevOptions } from '../dev/run.ts'
import { defaultDataFolder } from '../api/dev-state.ts'

/** Everything that is needed to try Posthorn, in one process: server, demo applications, a receiver that verifies. */
export const dev = command<DevOptions>({
  name: 'dev',
  summary: 'try it: server, demo applications and a receiver, all here',
  description:
    'Runs the server with an embedded store, a demo application for each vendor, and a receiver that verifies.',
  options: [
    option('--port <port>', 'port of the server; POSTHORN_PORT, or else 8071', port),
    option(
      '--receiver-port <port>',
      'port of the http receiver; the https receiver uses the next one. The ports after --port when absent',
      port,
    ),
    option('--data <folder>', 'where everything is stored', undefined, defaultDataFolder),
  ],
  examples: [
    'posthorn dev',
    'posthorn dev --port 9000 --data /tmp/try-posthorn',
    'posthorn dev --port 0                    free ports',
  ],
  notes: ['Everything stays in the data folder, and a restart continues with it. Stop it with Ctrl-C.'],
  async run({ io, options }) {
    const { runDev } = await import('../dev/run.ts')
    return runDev(options, io)
  },
})
