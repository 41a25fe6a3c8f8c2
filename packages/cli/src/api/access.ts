import type { Client } from '@posthorn/api'
import { devOrg, readDevState } from './dev-state.ts'
import { sentUrl } from '@posthorn/wire'
import { CliError } from '../process/cli-error.ts'
import type { Io } from '../process/io.ts'
import { loadServer } from '../server/load-server.ts'

/** Which server a command asks, and with which token. */
export interface AccessOptions {
  readonly url?: string
  readonly token?: string
  /** Data folder of `posthorn dev`, which is read for what is not given. */
  readonly data: string
}

export interface ApiAccess {
  readonly url: string
  readonly token: string
  readonly client: Client
}

/** Access to a server: the one of the options, else the one of the environment, else the one that `posthorn dev` runs here. */
export async function apiAccess(options: AccessOptions, io: Io): Promise<ApiAccess> {
  const givenUrl = options.url ?? (io.env['POSTHORN_URL'] || undefined)
  const givenToken = options.token ?? (io.env['POSTHORN_TOKEN'] || undefined)
  const state = givenUrl === undefined || givenToken === undefined ? readDevState(options.data) : null
  const url = givenUrl ?? state?.url ?? undefined
  if (url === undefined) {
    throw new CliError(
      'no server is named: there is no --url and no POSTHORN_URL.',
      'Start one here with "posthorn dev", or name one: --url http://127.0.0.1:8071',
    )
  }
  const sent = sentUrl(url)
  if (!sent.ok)
    throw new CliError(`the server's URL: ${sent.message}.`, 'Write it in full: --url http://127.0.0.1:8071')
  // The token of the dev server is sent to the dev server only.
  const token = givenToken ?? (state !== null && state.url === url ? await devToken(state.jwtSecret) : undefined)
  if (token === undefined) {
    throw new CliError(
      'there is no token for this server.',
      'Set POSTHORN_TOKEN or give --token; "posthorn token" makes one.',
    )
  }
  if (!/^[\w-]+\.[\w-]+\.[\w-]+$/.test(token)) {
    throw new CliError(
      `${options.token === undefined ? 'POSTHORN_TOKEN' : '--token'} has no token for the API: that is three parts with dots between them.`,
      'Copy all of it, without "Bearer". "posthorn token" makes one.',
    )
  }
  return accessTo(url, token)
}

/** Loads the API when it is needed: its schemas take a third of a second, and most commands do not use them. */
export async function accessTo(url: string, token: string): Promise<ApiAccess> {
  const { createClient } = await import('@posthorn/api')
  return { url, token, client: createClient({ url, token }) }
}

export async function devToken(jwtSecret: string): Promise<string> {
  const { mintToken } = await loadServer()
  return mintToken(jwtSecret, { subject: devOrg })
}
