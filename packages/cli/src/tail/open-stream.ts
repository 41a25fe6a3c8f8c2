import type { ApiError, LogEntry, StreamListener } from '@posthorn/api'
import type { ApiAccess } from '../api/access.ts'
import { CliError } from '../process/cli-error.ts'
import { exitCodes } from '../process/exit-codes.ts'
import { apiStatus } from '../api/refusal.ts'

export interface LogStream {
  /** When it began, by the server's clock. Everything that is recorded from then on is in the stream. */
  readonly openedAt: number
  readonly entries: AsyncIterable<LogEntry>
}

/** Opens the live log. */
export async function openStream(
  { client }: ApiAccess,
  listener: StreamListener,
  signal: AbortSignal,
): Promise<LogStream> {
  try {
    const stream = await client.log.stream({ ...listener, signal })
    return { openedAt: stream.openedAt ?? Date.now(), entries: entries(stream) }
  } catch (error) {
    throw explained(error)
  }
}

async function* entries(stream: AsyncIterable<LogEntry>): AsyncGenerator<LogEntry> {
  try {
    yield* stream
  } catch (error) {
    throw explained(error)
  }
}

/** Explains an answer that does not come from a Posthorn server. Other errors are returned unchanged. */
function explained(error: unknown): unknown {
  if (apiStatus(error) !== 200) return error
  return new CliError(
    `this is not the log of a Posthorn server. ${(error as ApiError).message}`,
    'Check the URL (--url, POSTHORN_URL), and whether a proxy in front of the server changes its responses.',
    exitCodes.unable,
  )
}
