import { notAStream } from './error.ts'
import { readEvents } from './events.ts'
import { parse } from './parse.ts'

/** What a reader of a stream can learn besides its events. */
export interface StreamListener {
  /**
   * Called whenever bytes arrive. The server sends a heartbeat every 15 s, so a connection that is silent for longer is dead;
   * end it with `signal`.
   */
  readonly onHeartbeat?: () => void
  /** Called with the time that the server asks readers to wait before they reconnect. */
  readonly onRetry?: (waitMs: number) => void
}

/** Events as they arrive. It ends with the connection; the events until the next connection are in the log. */
export interface EventStream<T> extends AsyncIterable<T> {
  /** When it began, by the server's clock, in whole seconds. Everything that is recorded from then on is in the stream. */
  readonly openedAt: number | null
}

/** The events in the body of a response. @throws {ApiError} `not_a_stream` */
export async function openStream(response: Response, listener: StreamListener): Promise<EventStream<unknown>> {
  const type = response.headers.get('content-type') ?? ''
  if (response.body === null || !type.startsWith('text/event-stream')) {
    await response.body?.cancel()
    throw notAStream(`Its content type is ${type === '' ? 'missing' : type}, not text/event-stream.`)
  }
  const openedAt = Date.parse(response.headers.get('date') ?? '')
  const entries = readEntries(response.body, listener)
  return Object.assign(entries, { openedAt: Number.isNaN(openedAt) ? null : openedAt })
}

/** The lines of the log in a stream. Other events, which a newer server may send, are ignored. */
async function* readEntries(body: AsyncIterable<Uint8Array>, listener: StreamListener): AsyncGenerator<unknown> {
  for await (const item of readEvents(body, listener.onHeartbeat)) {
    if (item.kind === 'retry') listener.onRetry?.(item.ms)
    if (item.kind !== 'event' || item.event !== 'attempt') continue
    const entry = parse(item.data)
    if (typeof entry !== 'object' || entry === null) throw notAStream('One of its events is not a line of the log.')
    yield entry
  }
}
