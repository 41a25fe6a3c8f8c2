import type { ServerResponse } from 'node:http'
import type { Attempt, Engine, Log } from '@posthorn/engine'
import type { Caller } from '../auth/caller.ts'
import { Refusal } from '../http/refusal.ts'
import { logEntry } from './entry.ts'

/** The most that is buffered for one client. A client that reads more slowly is cut off; it can connect again. */
const maxBufferedBytes = 256 * 1024
const heartbeatMs = 15_000
const maxClients = 1000

interface Client {
  readonly caller: Caller
  readonly response: ServerResponse
}

/** Sends every attempt, as it is recorded, to the clients whose tokens may see it. */
export interface LogStream {
  open(caller: Caller, response: ServerResponse, headers: Readonly<Record<string, string>>): void
  close(): void
}

export function openLogStream(engine: Engine, logger: Log): LogStream {
  const clients = new Set<Client>()
  const stop = engine.on('attempt', (attempt) => {
    if (clients.size > 0) broadcast(attempt)
  })
  const heartbeat = setInterval(() => {
    for (const client of clients) {
      if (client.caller.expiresAt !== null && client.caller.expiresAt <= Date.now()) client.response.end()
      else write(client, ': still here\n\n')
    }
  }, heartbeatMs)
  heartbeat.unref()

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
      logger.warn({ org: client.caller.org }, 'a reader of the log stream is too slow and was cut off')
      client.response.destroy()
      return
    }
    client.response.write(text)
  }

  return {
    open(caller, response, headers) {
      if (clients.size >= maxClients) {
        throw new Refusal(503, 'overloaded', 'There are too many readers of the log stream.', {
          headers: { 'retry-after': '10' },
        })
      }
      response.writeHead(200, {
        ...headers,
        'content-type': 'text/event-stream; charset=utf-8',
        'cache-control': 'no-store',
        'x-accel-buffering': 'no',
      })
      response.write('retry: 2000\n: the log begins here\n\n')
      const client = { caller, response }
      clients.add(client)
      response.on('close', () => clients.delete(client))
      response.on('error', () => clients.delete(client))
    },
    close() {
      stop()
      clearInterval(heartbeat)
      for (const { response } of clients) response.end()
    },
  }
}
