import type { LogEntry } from '@posthorn/api'
import type { ApiAccess } from '../api/access.ts'
import { apiStatus } from '../api/refusal.ts'
import type { EntryFilters } from '../log/filter-options.ts'
import { logQuery } from '../log/log-query.ts'

/** The lines of attempts that began at a time or later, for each application the oldest first. */
export async function* linesSince(
  { client }: ApiAccess,
  applications: AsyncIterable<string> | Iterable<string>,
  sinceMs: number,
  filters: EntryFilters,
  signal: AbortSignal,
): AsyncGenerator<LogEntry> {
  const query = { ...logQuery({ ...filters, after: () => sinceMs }, sinceMs), order: 'ascending', limit: 250 } as const
  for await (const app_id of applications) {
    for (let iterator: string | null = null, done = false; !done;) {
      const page: Awaited<ReturnType<typeof client.log.list>> | null = await client.log
        .list({ params: { app_id }, query: { ...query, iterator }, signal })
        .catch(unlessMissing)
      yield* page?.data ?? []
      iterator = page?.iterator ?? null
      done = page?.done ?? true
    }
  }
}

/** An application that was deleted in the meantime has no log. */
function unlessMissing(error: unknown): null {
  if (apiStatus(error) === 404) return null
  throw error
}
