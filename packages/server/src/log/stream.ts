import type { ServerResponse } from 'node:http'
import { EngineError, type Attempt, type Engine, type Log } from '@posthorn/engine'
import type { Caller } from '../auth/caller.ts'
import { Refusal } from '../http/refusal.ts'
import { logEntry } from './entry.ts'
import { Places } from './places.ts'

/** The most that is buffered for one client. A client that reads more slowly is cut off; it can connect again. */
const maxBufferedBytes = 256 * 1024
const heartbeatMs = 15_000
const watchMs = 1_000
/** A stream that has ended is cut after this, when its client does not take the end. */
const lingerMs = 2_000
/** The most readers, shared fairly between organisations and their applications. */
export const maxReaders = 1000

interface Client {
  readonly org: string
  readonly app: string | null
  readonly caller: Caller
  readonly response: ServerResponse
}

/** Sends every attempt, as it is recorded, to the clients whose tokens may see it. */
export interface LogStream {
  open(caller: Caller, response: ServerResponse, headers: Readonly<Record<string, string>>): void
  close(): void
}

export function openLogStream(engine: Engine, logger: Log, readers = maxReaders): LogStream {
  const clients = new Set<Client>()
  const places = new Places<Client>(readers)
  const stop = engine.on('attempt', (attempt) => {
    if (clients.size > 0) broadcast(attempt)
  })
  const heartbeat = setInterval(() => {
    for (const client of clients) write(client, ': still here\n\n')
  }, heartbeatMs).unref()
  const watch = setInterval(() => {
    for (const client of clients) void endIfOver(client)
  }, watchMs).unref()

  /** Ends the stream of a token that has expired, or whose application is deleted. */
  async function endIfOver(client: Client): Promise<void> {
    const { org, app, expiresAt } = client.caller
    const isOver = (expiresAt !== null && expiresAt <= Date.now()) || !(await isThere(engine, org, app))
    if (isOver && clients.has(client)) end(client)
  }

  function broadcast(attempt: Attempt): void {
    let text: string | undefined
    for (const client of clients) {
      const { org, app } = client.caller
      // The organisation is compared for an application's token too: its claim `org` could name another one.
      if (org !== attempt.org || (app !== null && app !== attempt.app)) continue
      // No `id:` line, because Last-Event-ID is not honoured. A client that was away reads the log.
      text ??= `event: attempt\ndata: ${JSON.stringify(logEntry(attempt))}\n\n`
      write(client, text)
    }
  }

  function write(client: Client, text: string): void {
    if (client.response.writableLength > maxBufferedBytes) {
      forget(client)
      logger.warn({ org: client.caller.org }, 'a reader of the log stream is too slow and was cut off')
      client.response.destroy()
      return
    }
    client.response.write(text)
  }

  function forget(client: Client): void {
    clients.delete(client)
    places.free(client)
  }

  /** A client that does not read would keep its connection for ever: it has a moment to take the end. */
  function end(client: Client): void {
    forget(client)
    const { response } = client
    response.end()
    const cut = setTimeout(() => response.destroy(), lingerMs).unref()
    response.once('close', () => clearTimeout(cut))
  }

  return {
    open(caller, response, headers) {
      const client: Client = { org: caller.org, app: caller.app, caller, response }
      const displaced = places.take(client)
      if (displaced === false) {
        throw new Refusal(
          503,
          'overloaded',
          'All places of the log stream are taken, and you have your share of them.',
          {
            headers: { 'retry-after': '10' },
          },
        )
      }
      if (displaced) {
        displaced.response.write(': another reader needs this place\n\n')
        end(displaced)
      }
      response.writeHead(200, {
        ...headers,
        'content-type': 'text/event-stream; charset=utf-8',
        'cache-control': 'no-store',
        'x-accel-buffering': 'no',
      })
      response.write('retry: 2000\n: the log begins here\n\n')
      clients.add(client)
      response.on('close', () => forget(client))
      response.on('error', () => forget(client))
    },
    close() {
      stop()
      clearInterval(heartbeat)
      clearInterval(watch)
      for (const client of clients) end(client)
    },
  }
}

/** Whether the application of a token exists; a token of the organisation has none. */
async function isThere(engine: Engine, org: string, app: string | null): Promise<boolean> {
  if (app === null) return true
  return engine.applications.get(org, app).then(
    () => true,
    (error: unknown) => !(error instanceof EngineError && error.code === 'not_found'),
  )
}
