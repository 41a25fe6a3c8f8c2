import type { Scope } from '@posthorn/api'
import { command } from '../command/command.ts'
import { span } from '../command/option-values.ts'
import { option } from '../command/words.ts'
import { defaultDataFolder, devOrg, readDevState } from '../api/dev-state.ts'
import { CliError } from '../process/cli-error.ts'
import { exitCodes } from '../process/exit-codes.ts'
import { loadServer } from '../server/load-server.ts'

interface Options {
  readonly org?: string
  readonly app?: string
  readonly scopes?: string
  readonly featureFlags?: string
  readonly expires?: number
  readonly data: string
}

/** Prints a token for the API. */
export const token = command<Options>({
  name: 'token',
  summary: 'print a token for the API',
  description: 'Prints a token for the API, for an organisation or for one application.',
  options: [
    option('--org <id>', 'organisation, org_...'),
    option('--app <id>', 'application, app_...: the token gives access to this application only'),
    option('--scopes <names>', 'what the token allows, separated by commas'),
    option(
      '--feature-flags <names>',
      'with --app: flags of the customer, separated by commas; event types with other flags are hidden from it',
    ),
    option('--expires <time>', 'how long the token is valid: 90s, 30m, 12h, 7d; for ever when absent', span),
    option('--data <folder>', 'data folder of "posthorn dev"', undefined, defaultDataFolder),
  ],
  examples: [
    'posthorn token                                      for the organisation that "posthorn dev" made',
    'posthorn token --org org_acme --expires 12h',
    'posthorn token --org org_acme --app app_1srOrx2ZWZBpBUvZ --scopes integrations:read,messages:send',
  ],
  notes: [
    'The token is signed with POSTHORN_JWT_SECRET, or else with the secret that "posthorn dev" keeps in its data folder. Without --scopes it allows everything that its organisation or application may do. The error for an unknown scope lists the scopes.',
  ],
  async run({ io, options }) {
    const own = io.env['POSTHORN_JWT_SECRET']
    const secret = own || readDevState(options.data)?.jwtSecret
    if (secret === undefined) {
      throw new CliError(
        `there is no secret to sign with: POSTHORN_JWT_SECRET is not set, and "posthorn dev" has not run on ${options.data}.`,
        'Set the variable to the value that the server has, or name the folder: --data DIR',
      )
    }
    const org = options.org ?? (own ? undefined : devOrg)
    if (org === undefined) {
      throw new CliError(
        'no organisation is named. With POSTHORN_JWT_SECRET set, --org is required.',
        'For example: --org org_acme',
      )
    }
    const { isOrganisationId, organisationForm } = await import('@posthorn/model')
    if (!isOrganisationId(org)) {
      throw new CliError(
        `--org ${org}: the id of an organisation is ${organisationForm.replaceAll('`', '')}.`,
        'For example: --org org_acme',
      )
    }
    if (options.app !== undefined && !/^app_[A-Za-z0-9]{1,64}$/.test(options.app)) {
      throw new CliError(
        `--app ${options.app}: this takes the id of an application, app_..., not its uid.`,
        'The API shows it: GET /api/v1/app/UID',
      )
    }
    if (options.featureFlags !== undefined && options.app === undefined) {
      throw new CliError(
        '--feature-flags needs --app: a token of an organisation sees every event type.',
        'Name the application, or leave the flags out.',
      )
    }
    const { mintToken } = await loadServer()
    const minted = await mintToken(secret, {
      subject: options.app ?? org,
      ...(options.app === undefined ? {} : { org }),
      ...(options.scopes === undefined ? {} : { scopes: await parseScopes(options.scopes) }),
      ...(options.featureFlags === undefined
        ? {}
        : { featureFlags: options.featureFlags.split(',').map((flag) => flag.trim()) }),
      ...(options.expires === undefined ? {} : { expiresInSeconds: options.expires }),
    })
    io.out(`${minted}\n`)
    return exitCodes.ok
  },
})

async function parseScopes(text: string): Promise<Scope[]> {
  const { scopeNames } = await import('@posthorn/api')
  return text.split(',').map((part) => {
    const scope = scopeNames.find((name) => name === part.trim())
    if (scope === undefined)
      throw new CliError(`--scopes: there is no scope "${part}".`, `Known: ${scopeNames.join(', ')}`)
    return scope
  })
}
