import type { Command } from 'commander'
import type { Client, MessageOut, MockOut } from '@posthorn/api'
import { defaultDataFolder, devOrg, readDevState } from '../dev/state.ts'
import { CliError } from '../process/errors.ts'
import type { Io } from '../process/io.ts'
import { loadServer } from '../server/load-server.ts'

export interface AccessOptions {
  readonly url?: string
  readonly token?: string
  /** Data folder of `posthorn dev`, which is asked for what is not given. */
  readonly data: string
}

/** The options of every command that asks a server. */
export function addAccess(command: Command): Command {
  return command
    .option('--url <url>', 'address of the server')
    .option('--token <token>', 'token of the API')
    .option('--data <folder>', 'data folder of "posthorn dev"', defaultDataFolder)
}

/** For the end of their help. */
export const accessHelp =
  'Server and token are those of --url and --token, of POSTHORN_URL and POSTHORN_TOKEN, or of "posthorn dev" in this folder.'

export interface ApiAccess {
  readonly url: string
  readonly token: string
  readonly client: Client
}

/** Access to the server that is meant: by option, by environment, or the one that `posthorn dev` runs here. */
export async function apiAccess(options: AccessOptions, io: Io): Promise<ApiAccess> {
  const givenUrl = options.url ?? (io.env['POSTHORN_URL'] || undefined)
  const givenToken = options.token ?? (io.env['POSTHORN_TOKEN'] || undefined)
  // The token of the dev server goes to the dev server only.
  const state = givenUrl === undefined || givenToken === undefined ? readDevState(options.data) : null
  const url = givenUrl ?? state?.url ?? undefined
  if (url === undefined) {
    throw new CliError(
      'which server? There is no --url and no POSTHORN_URL.',
      'Start one here with "posthorn dev", or name it: --url http://127.0.0.1:8071',
    )
  }
  if (!URL.canParse(url)) throw new CliError(`${url} is not an address.`, 'Write it whole: --url http://127.0.0.1:8071')
  const token = givenToken ?? (state !== null && state.url === url ? await devToken(state.jwtSecret) : undefined)
  if (token === undefined) {
    throw new CliError(
      'there is no token for this server.',
      'Set POSTHORN_TOKEN or give --token; "posthorn token" makes one.',
    )
  }
  return accessTo(url, token)
}

/** The API is loaded when it is used: its schemas take a third of a second, and most commands do without. */
export async function accessTo(url: string, token: string): Promise<ApiAccess> {
  const { createClient } = await import('@posthorn/api')
  return { url, token, client: createClient({ url, token }) }
}

/** Sends a message. */
export function createMessage(access: ApiAccess, app: string, fields: object, payload: string): Promise<MessageOut> {
  return postPayload(access, `/api/v1/app/${encodeURIComponent(app)}/msg`, fields, payload)
}

/** Sends one request to an endpoint on the spot, and answers what went over the wire. */
export function mockMessage(
  access: ApiAccess,
  { app, endpoint }: { readonly app: string; readonly endpoint: string },
  fields: object,
  payload: string | null,
): Promise<MockOut> {
  const path = `/api/v1/app/${encodeURIComponent(app)}/endpoint/${encodeURIComponent(endpoint)}/mock`
  return postPayload(access, path, fields, payload)
}

/**
 * Posts a payload as text, byte for byte: the client would print it again, and lose the digits of large numbers. `null`:
 * there is none.
 */
async function postPayload<T>(access: ApiAccess, path: string, fields: object, payload: string | null): Promise<T> {
  const members = JSON.stringify(fields).slice(1, -1)
  const response = await fetch(access.url.replace(/\/+$/, '') + path, {
    method: 'POST',
    headers: { authorization: `Bearer ${access.token}`, 'content-type': 'application/json' },
    body: `{${[members, payload === null ? '' : `"payload":${payload}`].filter((part) => part !== '').join(',')}}`,
  })
  const text = await response.text()
  if (!response.ok) {
    const { ApiError } = await import('@posthorn/api')
    throw new ApiError(response.status, jsonOrText(text))
  }
  return JSON.parse(text) as T
}

function jsonOrText(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

export async function devToken(jwtSecret: string): Promise<string> {
  const { mintToken } = await loadServer()
  return mintToken(jwtSecret, { subject: devOrg })
}
