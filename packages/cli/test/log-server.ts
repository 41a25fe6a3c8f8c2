import { createClient, type Client } from '@posthorn/api'
import { mintToken, readSettings, startServer, type RunningServer } from '@posthorn/server'

const jwtSecret = 'jwt-secret-of-the-tests-0123456789'
const quiet = () => undefined

/** A server in the process of the test that keeps nothing, and what a command line needs to reach it. */
export interface LogServer extends AsyncDisposable {
  readonly server: RunningServer
  readonly client: Client
  /** POSTHORN_URL and POSTHORN_TOKEN. */
  readonly env: Readonly<Record<string, string>>
  token(input: Parameters<typeof mintToken>[1]): Promise<string>
  /** Sends a message, waits for its first attempts, and answers its id. */
  send(app: string, eventType: string, payload?: Record<string, unknown>): Promise<string>
}

export async function startLogServer(): Promise<LogServer> {
  const settings = readSettings({
    POSTHORN_PORT: '0',
    POSTHORN_DATABASE_URL: 'sqlite::memory:',
    POSTHORN_JWT_SECRET: jwtSecret,
    POSTHORN_SECRET_KEY: Buffer.alloc(32, 7).toString('base64'),
    POSTHORN_ALLOW_PRIVATE: '127.0.0.0/8',
  })
  const server = await startServer({ settings, log: { debug: quiet, info: quiet, warn: quiet, error: quiet } })
  const token = await mintToken(jwtSecret, { subject: 'org_log' })
  const client = createClient({ url: server.url, token })
  return {
    server,
    client,
    env: { POSTHORN_URL: server.url, POSTHORN_TOKEN: token },
    token: (input) => mintToken(jwtSecret, input),
    async send(app, eventType, payload = {}) {
      const { id } = await client.message.create({ params: { app_id: app }, body: { eventType, payload } })
      await server.engine.idle()
      return id
    },
    [Symbol.asyncDispose]: () => server.close(),
  }
}
