import type { LogEntry } from '@posthorn/api'
import type { ApiAccess } from '../api-access.ts'
import { CliError, exitCodes } from '../errors.ts'
import { readSse } from './sse.ts'

/** What the stream of the log says. A `sign` is anything that shows that the server is there. */
export type StreamItem =
  | { readonly kind: 'entry'; readonly entry: LogEntry }
  | { readonly kind: 'retry'; readonly ms: number }
  | { readonly kind: 'sign' }

export interface LogStream {
  /** When it began, by the server's clock: everything that is recorded from then on is told. */
  readonly openedAt: number
  readonly items: AsyncIterable<StreamItem>
}

/**
 * Opens GET /api/v1/log/stream. Not with the client of the API, which keeps the heartbeats to itself: a connection that
 * has died without a word is known by them alone.
 */
export async function openStream({ url, token }: ApiAccess, signal: AbortSignal): Promise<LogStream> {
  const response = await fetch(`${url.replace(/\/+$/, '')}/api/v1/log/stream`, {
    headers: { authorization: `Bearer ${token}`, accept: 'text/event-stream' },
    signal,
  })
  if (!response.ok) {
    const { ApiError } = await import('@posthorn/api')
    throw new ApiError(response.status, jsonOrText(await response.text()))
  }
  const type = response.headers.get('content-type') ?? ''
  if (response.body === null || !type.startsWith('text/event-stream')) {
    await response.body?.cancel()
    throw notALog(`its answer is ${type === '' ? 'without a type' : type}, not text/event-stream`)
  }
  const date = Date.parse(response.headers.get('date') ?? '')
  return { openedAt: Number.isNaN(date) ? Date.now() : date, items: items(response.body) }
}

async function* items(body: AsyncIterable<Uint8Array>): AsyncGenerator<StreamItem> {
  for await (const item of readSse(body)) {
    if (item.kind === 'retry') yield item
    else if (item.kind === 'event' && item.event === 'attempt') yield { kind: 'entry', entry: entryOf(item.data) }
    else yield { kind: 'sign' }
  }
}

function entryOf(data: string): LogEntry {
  const value = jsonOrText(data)
  if (typeof value !== 'object' || value === null || !('id' in value)) throw notALog('an event is not a line of a log')
  return value as LogEntry
}

function notALog(why: string): CliError {
  return new CliError(
    `this is not the log of a Posthorn server: ${why}.`,
    'Check the address (--url, POSTHORN_URL), and whether a proxy before the server changes its answers.',
    exitCodes.unable,
  )
}

function jsonOrText(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
