import { randomBytes } from 'node:crypto'
import { createClient, type Client } from '@posthorn/api'
import { mintToken, readSettings, startServer, type TokenInput } from '@posthorn/server'

const org = 'org_scalefusion'

/** The vendor's system: Posthorn, and one customer in it. */
export interface Vendor extends AsyncDisposable {
  /** May do everything. */
  readonly client: Client
  readonly app: { readonly app_id: string }
  /** The dashboard of the customer, as somebody who may write integrations has it, or who may only read. */
  dashboard(may: 'read' | 'write'): Promise<Client>
  /** Every request that followed from what happened so far is over. */
  idle(): Promise<void>
}

/** Starts a server that keeps nothing, and makes a customer. */
export async function startVendor(): Promise<Vendor> {
  const jwtSecret = randomBytes(32).toString('hex')
  const server = await startServer({
    settings: readSettings({
      POSTHORN_PORT: '0',
      POSTHORN_DATABASE_URL: 'sqlite::memory:',
      POSTHORN_JWT_SECRET: jwtSecret,
      POSTHORN_SECRET_KEY: randomBytes(32).toString('base64'),
      // The vendor asks for a public URL. The receiver of this story is on this machine.
      POSTHORN_ALLOW_PRIVATE: '127.0.0.0/8',
      POSTHORN_LOG_LEVEL: 'error',
    }),
  })
  const clientWith = async (input: TokenInput): Promise<Client> =>
    createClient({ url: server.url, token: await mintToken(jwtSecret, input) })
  try {
    const client = await clientWith({ subject: org })
    const app = { app_id: await newCustomer(client) }
    return {
      client,
      app,
      dashboard: (may) =>
        clientWith({
          subject: app.app_id,
          org,
          scopes: may === 'read' ? ['integrations:read'] : ['integrations:read', 'integrations:write'],
        }),
      idle: () => server.engine.idle(),
      [Symbol.asyncDispose]: () => server.close(),
    }
  } catch (error) {
    await server.close()
    throw error
  }
}

async function newCustomer(client: Client): Promise<string> {
  const { id } = await client.application.create({ body: { uid: 'acme-couriers', name: 'Acme Couriers' } })
  await client.preset.apply({ params: { app_id: id }, body: { name: 'scalefusion' } })
  return id
}
