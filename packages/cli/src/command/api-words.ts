import type { AccessOptions } from '../api/access.ts'
import { defaultDataFolder } from '../api/dev-state.ts'
import { option, type Words } from './words.ts'

/** The options of every command that asks a server. */
export interface ApiOptions extends AccessOptions {
  readonly json?: true
}

const accessOptions = [
  option('--url <url>', 'URL of the server'),
  option('--token <token>', 'token for the API'),
  option('--data <folder>', 'data folder of "posthorn dev"', undefined, defaultDataFolder),
]

const accessHelp =
  'Server and token come from --url and --token, else from POSTHORN_URL and POSTHORN_TOKEN, else from "posthorn dev" in this folder.'

/** The words of a command that asks a server: its own, then which server and token, and `--json`. */
export function apiWords(words: Words, json: string): Words {
  return {
    ...words,
    options: [...(words.options ?? []), ...accessOptions, option('--json', json)],
    notes: [...(words.notes ?? []), accessHelp],
  }
}
