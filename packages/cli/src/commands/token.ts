import { Command } from 'commander'
import type { Scope } from '@posthorn/api'
import { seconds } from '../command/arguments.ts'
import { defaultDataFolder, devOrg, readDevState } from '../dev/state.ts'
import { CliError, exitCodes } from '../process/errors.ts'
import type { CliCommand } from '../command/command.ts'
import { loadServer } from '../server/load-server.ts'

interface Options {
  readonly org?: string
  readonly app?: string
  readonly scopes?: string
  readonly expires?: number
  readonly data: string
}

const examples = `
Examples:
  posthorn token                                      for the organisation that "posthorn dev" made
  posthorn token --org org_acme --expires 12h
  posthorn token --org org_acme --app app_1srOrx2ZWZBpBUvZ --scopes integrations:read,messages:send

It is signed with POSTHORN_JWT_SECRET, or else with the secret that "posthorn dev" keeps in its data folder.
Without --scopes a token may do everything that its subject may; an unknown
scope is answered with the list of them.`

/** Prints a token for the API. */
export function tokenCommand(): CliCommand {
  const command = new Command('token')
    .summary('print a token for the API')
    .description('Prints a token for the API, for an organisation or for one application.')
    .option('--org <id>', 'organisation, org_...')
    .option('--app <id>', 'application, app_...: the token sees nothing else')
    .option('--scopes <names>', 'what it may do, with commas between')
    .option('--expires <time>', 'how long it holds: 90s, 30m, 12h, 7d; without end when absent', seconds)
    .option('--data <folder>', 'data folder of "posthorn dev"', defaultDataFolder)
    .addHelpText('after', examples)

  return {
    command,
    async run(io) {
      const options = command.opts<Options>()
      const own = io.env['POSTHORN_JWT_SECRET']
      const secret = own || readDevState(options.data)?.jwtSecret
      if (secret === undefined) {
        throw new CliError(
          `there is no secret to sign with: POSTHORN_JWT_SECRET is not set, and "posthorn dev" has not run on ${options.data}.`,
          'Set the variable to what the server has, or name the folder: --data DIR',
        )
      }
      const org = options.org ?? (own ? undefined : devOrg)
      if (org === undefined || !/^org_[A-Za-z0-9_-]{1,64}$/.test(org)) {
        throw new CliError(
          `--org ${org ?? ''}: an organisation is named org_ and letters and digits.`,
          'For example: --org org_acme',
        )
      }
      if (options.app !== undefined && !/^app_[A-Za-z0-9]{1,64}$/.test(options.app)) {
        throw new CliError(
          `--app ${options.app}: this takes the id of an application, app_..., not its uid.`,
          'The API shows it: GET /api/v1/app/UID',
        )
      }
      const { mintToken } = await loadServer()
      const token = await mintToken(secret, {
        subject: options.app ?? org,
        ...(options.app === undefined ? {} : { org }),
        ...(options.scopes === undefined ? {} : { scopes: await parseScopes(options.scopes) }),
        ...(options.expires === undefined ? {} : { expiresInSeconds: options.expires }),
      })
      io.out(`${token}\n`)
      return exitCodes.ok
    },
  }
}

async function parseScopes(text: string): Promise<Scope[]> {
  const { scopeNames } = await import('@posthorn/api')
  return text.split(',').map((part) => {
    const scope = scopeNames.find((name) => name === part.trim())
    if (scope === undefined)
      throw new CliError(`--scopes: there is no scope "${part}".`, `Known: ${scopeNames.join(', ')}`)
    return scope
  })
}
