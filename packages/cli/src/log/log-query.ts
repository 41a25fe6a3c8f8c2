import { CliError } from '../process/cli-error.ts'
import type { LogFilters } from './filter-options.ts'

/** The filters as the query of the API. */
export function logQuery(filters: LogFilters, nowMs: number) {
  const { eventType, status, code, endpoint, requestId } = filters
  const [after, before] = [filters.after?.(nowMs), filters.before?.(nowMs)]
  if (after !== undefined && before !== undefined && after >= before) {
    throw new CliError(
      `no attempt is between --after (${iso(after)}) and --before (${iso(before)}).`,
      'The time of --after must be the earlier one.',
    )
  }
  return {
    after: after === undefined ? undefined : iso(after),
    before: before === undefined ? undefined : iso(before),
    request_id: requestId,
    event_type: eventType,
    status,
    code,
    endpoint_id: endpoint,
  }
}

function iso(ms: number): string {
  return new Date(ms).toISOString()
}
