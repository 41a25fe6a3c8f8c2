import { once } from 'node:events'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import type { LogEntry } from '@posthorn/api'
import express from 'express'
import type { Certificates } from '../../packages/cli/src/dev/certificates.ts'
import type { Made } from './backup.ts'
import { customers, type Customer } from './customers.ts'
import { startPosthorn } from './posthorn.ts'
import { routes } from './routes.ts'
import { openTokens } from './tokens.ts'

export interface Vendor extends AsyncDisposable {
  /** `https://127.0.0.1:40123` */
  readonly url: string
  /** The requests that were made to a customer, oldest first. */
  log(customer: Customer): Promise<readonly LogEntry[]>
}

/** The vendor's program, with Posthorn inside. `made` is told of each backup. */
export async function startVendor(
  tls: Certificates,
  made: (file: Made) => void,
  now: () => number = Date.now,
): Promise<Vendor> {
  const app = express().disable('x-powered-by')
  // It listens first: its address is the beginning of every link that Posthorn gives.
  const server = createServer({ cert: tls.certificate, key: tls.key }, app).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`
  const posthorn = await startPosthorn(customers, { publicUrl: url, caFile: tls.caFile })
  app.use(routes({ customers, tokens: openTokens(now), posthorn, made }))
  return {
    url,
    async log({ app: app_id }) {
      return (await posthorn.client.log.list({ params: { app_id }, query: { order: 'ascending' } })).data
    },
    async [Symbol.asyncDispose]() {
      server.close()
      server.closeAllConnections()
      await posthorn[Symbol.asyncDispose]()
    },
  }
}
