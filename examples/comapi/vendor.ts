import { randomBytes } from 'node:crypto'
import { createClient, type Client } from '@posthorn/api'
import { mintToken, readSettings, startServer } from '@posthorn/server'
import type { Message, Receipt } from './messages.ts'

/** The vendor's system, as one customer of it has it: an API Space. */
export interface ApiSpace extends AsyncDisposable {
  readonly client: Client
  readonly app: { readonly app_id: string }
  /** A network has reported what became of a message. The id of the event. */
  report(message: Message, receipt: Receipt): Promise<string>
  /** Something else has happened: of an event type that is no receipt. */
  happen(eventType: string, payload: Record<string, unknown>): Promise<string>
  /** Every request that followed from what happened so far is over. */
  idle(): Promise<void>
}

/** Starts a server that keeps nothing, and makes an API Space. */
export async function startVendor(): Promise<ApiSpace> {
  const jwtSecret = randomBytes(32).toString('hex')
  const server = await startServer({
    settings: readSettings({
      POSTHORN_PORT: '0',
      POSTHORN_DATABASE_URL: 'sqlite::memory:',
      POSTHORN_JWT_SECRET: jwtSecret,
      POSTHORN_SECRET_KEY: randomBytes(32).toString('base64'),
      // The vendor asks for an address that it can reach. The receiver of this story is on this machine.
      POSTHORN_ALLOW_PRIVATE: '127.0.0.0/8',
      POSTHORN_LOG_LEVEL: 'error',
    }),
  })
  try {
    const client = createClient({ url: server.url, token: await mintToken(jwtSecret, { subject: 'org_comapi' }) })
    // Account and API Space stand in every event, so they are values of the application, given once.
    const params = { accountId: '40123', apiSpaceId: 'c924cf6e-4352-4b26-a71a-c2032bea7a01' }
    const { id: app_id } = await client.application.create({
      body: { uid: 'parcels', name: 'Parcel messages', params },
    })
    const app = { app_id }
    await client.preset.apply({ params: app, body: { name: 'comapi' } })

    const happen = async (eventType: string, payload: Record<string, unknown>, values = {}) =>
      (await client.message.create({ params: app, body: { eventType, payload, params: values } })).id
    return {
      client,
      app,
      async report({ id, to, text }, { status, revision }) {
        const details = { channel: 'sms', additionalInfo: { to, successful: status !== 'failed' } }
        const payload = {
          id,
          status,
          updatedOn: new Date().toISOString(),
          details,
          channelData: {},
          metadata: { text },
        }
        return happen(`message.${status}`, payload, { revision: String(revision) })
      },
      happen,
      idle: () => server.engine.idle(),
      [Symbol.asyncDispose]: () => server.close(),
    }
  } catch (error) {
    await server.close()
    throw error
  }
}
