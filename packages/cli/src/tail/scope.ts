import type { LogEntry } from '@posthorn/api'
import type { ApiAccess } from '../api/access.ts'
import { CliError } from '../process/cli-error.ts'
import type { EntryFilters } from '../log/filter-options.ts'

/** The applications that are followed. */
export interface TailScope {
  readonly includes: (entry: LogEntry) => boolean
  /** The name of an application, for lines of several applications; `null` for a single one. */
  readonly nameOf: ((appId: string) => string) | null
  /** Ids of the applications that exist at the time of the call. */
  readonly applications: (signal: AbortSignal) => AsyncIterable<string> | Iterable<string>
  /** The filters with ids instead of uids, because a line has only ids. */
  readonly filters: EntryFilters
}

/** The named application, else the application of the token, else all applications of the organisation. */
export async function tailScope(
  access: ApiAccess,
  app: string | undefined,
  given: EntryFilters,
  signal: AbortSignal,
): Promise<TailScope> {
  const name = app ?? applicationOf(access.token)
  return name === null ? allOf(access, given, signal) : oneOf(access, name, given, signal)
}

async function oneOf(
  { client }: ApiAccess,
  name: string,
  given: EntryFilters,
  signal: AbortSignal,
): Promise<TailScope> {
  const { id } = await client.application.get({ params: { app_id: name }, signal })
  const params = { app_id: id, endpoint_id: given.endpoint ?? '' }
  const endpoint = given.endpoint === undefined ? undefined : (await client.endpoint.get({ params, signal })).id
  const filters = endpoint === undefined ? given : { ...given, endpoint }
  return { includes: ({ appId }) => appId === id, nameOf: null, applications: () => [id], filters }
}

async function allOf({ client }: ApiAccess, given: EntryFilters, starting: AbortSignal): Promise<TailScope> {
  if (given.endpoint !== undefined) {
    throw new CliError('--endpoint needs the application that it belongs to.', 'posthorn tail APP --endpoint ID')
  }
  const names = new Map<string, string>()
  // Reads the names once. An application that is created later is shown by its id until the log is read again.
  const { data } = await client.application.list({ query: { limit: 250 }, signal: starting })
  for (const { id, uid } of data) names.set(id, uid ?? id)
  async function* applications(signal: AbortSignal): AsyncGenerator<string> {
    for (let iterator: string | null = null, done = false; !done;) {
      const page: Awaited<ReturnType<typeof client.application.list>> = await client.application.list({
        query: { limit: 250, iterator },
        signal,
      })
      for (const { id, uid } of page.data) names.set(id, uid ?? id)
      yield* page.data.map(({ id }) => id)
      ;({ iterator, done } = page)
    }
  }
  return { includes: () => true, nameOf: (id) => names.get(id) ?? id, applications, filters: given }
}

/** The application of a token of an application, else `null`. The token is only read here; the server verifies it. */
function applicationOf(token: string): string | null {
  try {
    const claims: unknown = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8'))
    const subject = typeof claims === 'object' && claims !== null && 'sub' in claims ? claims.sub : null
    return typeof subject === 'string' && subject.startsWith('app_') ? subject : null
  } catch {
    return null
  }
}
