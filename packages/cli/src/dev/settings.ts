import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { readSettings, SettingsError, type Settings } from '@posthorn/server/settings'
import { CliError } from '../process/cli-error.ts'
import type { Io } from '../process/io.ts'
import { cliVariables } from '../process/environment.ts'
import { makeFolder } from '../process/make-folder.ts'
import { writePrivate } from '../process/write-private.ts'
import { devFolder, type DevState } from '../api/dev-state.ts'

const LOOPBACK = '127.0.0.0/8,::1'

/** The settings of the server: those of the environment, except the ones that dev keeps itself. `ca` is trusted too. */
export function devSettings(options: { port?: number; data: string }, state: DevState, ca: string, io: Io): Settings {
  const { env } = io
  for (const name of ['POSTHORN_JWT_SECRET', 'POSTHORN_SECRET_KEY', 'POSTHORN_DATABASE_URL']) {
    if (env[name]) io.err(`${name} is ignored: dev keeps its own in the data folder. "posthorn serve" uses it.\n`)
  }
  makeFolder(options.data)
  const trusted = join(devFolder(options.data), 'trusted.pem')
  const more = env['POSTHORN_EXTRA_CA'] ? `\n${readFileSync(env['POSTHORN_EXTRA_CA'], 'utf8')}` : ''
  writePrivate(trusted, `${ca}${more}`)
  try {
    return readSettings(
      {
        ...env,
        ...(options.port === undefined ? {} : { POSTHORN_PORT: String(options.port) }),
        POSTHORN_DATABASE_URL: `sqlite:${options.data}`,
        POSTHORN_JWT_SECRET: state.jwtSecret,
        POSTHORN_SECRET_KEY: state.secretKey,
        POSTHORN_ALLOW_PRIVATE: env['POSTHORN_ALLOW_PRIVATE']
          ? `${LOOPBACK},${env['POSTHORN_ALLOW_PRIVATE']}`
          : LOOPBACK,
        POSTHORN_EXTRA_CA: trusted,
        POSTHORN_LOG_LEVEL: env['POSTHORN_LOG_LEVEL'] || 'warn',
      },
      cliVariables,
    )
  } catch (error) {
    if (error instanceof SettingsError) throw new CliError(error.message, 'posthorn serve --help lists the settings.')
    throw error
  }
}
