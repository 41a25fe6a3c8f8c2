import { nearestWord } from '@posthorn/wire'
import type { Argument } from 'commander'
import { apiAccess, type AccessOptions, type ApiAccess } from '../api/access.ts'
import { apiStatus } from '../api/refusal.ts'
import { readRows } from '../api/rows.ts'
import { CliError } from '../process/cli-error.ts'
import type { Io } from '../process/io.ts'
import { appArgument, dialectArgument, endpointArgument, optionalAppArgument, presetArgument } from './words.ts'

/** The names by which one thing can be given: its id and its uid, or its name. The last is what people use. */
type Names = readonly string[]

const mostShown = 12

/**
 * Why a command line got a 404: which of its arguments does not exist, and the name that was probably meant.
 *
 * @returns the error to print; the one given, when it is no 404 or the server cannot be asked
 */
export async function explainMissing(
  error: unknown,
  terms: readonly Argument[],
  args: readonly string[],
  options: object,
  io: Io,
): Promise<unknown> {
  if (apiStatus(error) !== 404) return error
  try {
    const access = await apiAccess(options as AccessOptions, io)
    for (const [index, term] of terms.entries()) {
      const given = args[index]
      const kind = kindOf(term)
      if (given === undefined || kind === null) continue
      const known = await namesOf(kind, access, args)
      if (!known.some((names) => names.includes(given))) return missing(kind, given, known)
    }
  } catch {
    // The token may not list them. The error of the command says enough.
  }
  return error
}

type Kind = 'application' | 'endpoint' | 'preset' | 'dialect'

function kindOf(term: Argument): Kind | null {
  if (term === appArgument || term === optionalAppArgument) return 'application'
  if (term === endpointArgument) return 'endpoint'
  if (term === presetArgument) return 'preset'
  return term === dialectArgument ? 'dialect' : null
}

async function namesOf(kind: Kind, { client }: ApiAccess, [app = '']: readonly string[]): Promise<Names[]> {
  switch (kind) {
    case 'application':
      return (await readRows((query) => client.application.list({ query }))).rows.map(idAndUid)
    case 'endpoint':
      return (await readRows((query) => client.endpoint.list({ params: { app_id: app }, query }))).rows.map(idAndUid)
    case 'preset':
      return (await readRows((query) => client.preset.list({ query }))).rows.map(({ name }) => [name])
    case 'dialect':
      return (await readRows((query) => client.dialect.list({ query }))).rows.map(({ name }) => [name])
  }
}

function idAndUid({ id, uid }: { readonly id: string; readonly uid: string | null }): Names {
  return uid === null ? [id] : [id, uid]
}

function missing(kind: Kind, given: string, names: readonly Names[]): CliError {
  const shown = names.map((all) => all.at(-1)!)
  const meant = nearestWord(given, shown)
  const rest = shown.length > mostShown ? ` and ${shown.length - mostShown} more` : ''
  const known = shown.length === 0 ? 'There is none yet.' : `Known: ${shown.slice(0, mostShown).join(', ')}${rest}`
  const what = kind === 'endpoint' ? 'this application has no endpoint' : `there is no ${kind}`
  return new CliError(`${what} "${given}".`, `${meant === null ? '' : `Did you mean ${meant}? `}${known}`)
}
