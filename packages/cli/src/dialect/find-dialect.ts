import { existsSync } from 'node:fs'
import { basename } from 'node:path'
import { compile, dialect, dialects, nearestWord, parseDialect, WireError, type CompiledDialect } from '@posthorn/wire'
import { apiAccess, type AccessOptions } from '../api/access.ts'
import { defaultDataFolder } from '../api/dev-state.ts'
import { apiStatus } from '../api/refusal.ts'
import { readRows } from '../api/rows.ts'
import { option } from '../command/words.ts'
import { CliError } from '../process/cli-error.ts'
import { exitCodes } from '../process/exit-codes.ts'
import type { Io } from '../process/io.ts'
import { errorText } from '../process/system-error.ts'
import { readDefinition, type Definition } from './definition.ts'
import { placeOf } from './json-place.ts'

const builtIn = dialects.map(({ name }) => name)

/** Which dialect a command uses, and where one of the user's own is. */
export interface DialectOptions {
  readonly dialect: string
  /** Not `--url`: in these commands that is the receiver's. */
  readonly server?: string
  readonly token?: string
  readonly data: string
}

/** The options of every command that uses a dialect on this machine. */
export const dialectOptions = [
  option(
    '-d, --dialect <name>',
    `wire format: ${builtIn.join(', ')}; for one of your own its file (./acme.json), or its name on a server`,
  ).makeOptionMandatory(),
  option('--server <url>', 'the server that has a dialect of your own'),
  option('--token <token>', 'token for this server'),
  option(
    '--data <folder>',
    'data folder of "posthorn dev", which may have a dialect of your own',
    undefined,
    defaultDataFolder,
  ),
]

export const dialectHelp =
  'A dialect of your own: --dialect ./acme.json reads its definition from a file. --dialect acme takes it from a server: the one of --server and --token, else of POSTHORN_URL and POSTHORN_TOKEN, else "posthorn dev" in this folder. Of several versions the newest is used.'

/** A dialect by its name, built in or on a server, or by the file of its definition. */
export async function findDialect(options: DialectOptions, io: Io): Promise<CompiledDialect> {
  const { dialect: given } = options
  if (builtIn.includes(given)) return dialect(given)
  return isFile(given) ? ofFile(given.replace(/^@/, ''), io) : ofServer(given, options, io)
}

/** Names of dialects have no slash, and a file that does not exist is not a name that was mistyped. */
function isFile(given: string): boolean {
  return /[/\\]|\.json$|^@/i.test(given) || existsSync(given)
}

async function ofFile(file: string, io: Io): Promise<CompiledDialect> {
  return compiled(await readDefinition(file, io), file)
}

function compiled({ text, value }: Definition, file: string): CompiledDialect {
  try {
    // The server gives the name and counts the versions, so a file may leave them out.
    return compile(parseDialect({ name: basename(file).replace(/\.json$/i, '') || 'own', version: 1, ...value }))
  } catch (error) {
    if (!(error instanceof WireError) || error.code !== 'invalid_dialect') throw error
    const problems = error.problems.slice(0, 5).map(({ path, reason }) => {
      const { line, column } = placeOf(text, path)
      return `${file}:${line}:${column} ${path} ${reason}`
    })
    throw new CliError(
      `${file} cannot be used as a dialect:\n${problems.join('\n')}`,
      `All of it: posthorn dialect check ${file}`,
    )
  }
}

async function ofServer(name: string, options: DialectOptions, io: Io): Promise<CompiledDialect> {
  const access: AccessOptions = {
    data: options.data,
    ...(options.server === undefined ? {} : { url: options.server }),
    ...(options.token === undefined ? {} : { token: options.token }),
  }
  const reached = await apiAccess(access, io).catch((error: unknown) => {
    // A server was named, and it is not possible to ask it: that is the mistake to show.
    if (options.server !== undefined || options.token !== undefined || io.env['POSTHORN_URL']) throw error
    throw unknown(name, builtIn)
  })
  try {
    const { definition } = await reached.client.dialect.get({ params: { dialect_name: name }, query: {} })
    return compile(parseDialect(definition))
  } catch (error) {
    if (apiStatus(error) === 404) {
      const { rows } = await readRows((query) => reached.client.dialect.list({ query }))
      throw unknown(name, [...new Set([...builtIn, ...rows.map((row) => row.name)])], reached.url)
    }
    const meant = nearestWord(name, builtIn)
    throw new CliError(
      `there is no built-in dialect "${name}", and the server ${reached.url} cannot be asked for it: ${errorText(error)}.`,
      meant === null ? known(builtIn) : `Did you mean ${meant}? ${known(builtIn)}`,
      exitCodes.unable,
    )
  }
}

function unknown(name: string, names: readonly string[], server: string | null = null): CliError {
  const meant = nearestWord(name, names)
  return new CliError(
    server === null
      ? `there is no dialect "${name}".`
      : `there is no dialect "${name}", built in or on the server ${server}.`,
    `${meant === null ? '' : `Did you mean ${meant}? `}${known(names)}
One of your own: give its file (--dialect ./${/^[\w-]+$/.test(name) ? name : 'acme'}.json), or the server that has it (--server URL --token TOKEN).`,
  )
}

function known(names: readonly string[]): string {
  return `Known: ${names.join(', ')}`
}
