import { randomBytes } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { createClient, type Client, type ClientOptions } from '@posthorn/api'
import { mintToken, readSettings, startServer } from '@posthorn/server'
import type { Customer } from './customers.ts'

export interface Posthorn extends AsyncDisposable {
  /** What a slow route needs to know. */
  readonly options: ClientOptions
  readonly client: Client
}

/** A server inside of the vendor's program, which keeps nothing, with an application for each customer. */
export async function startPosthorn(
  customers: readonly Customer[],
  { publicUrl, caFile }: { readonly publicUrl: string; readonly caFile: string },
): Promise<Posthorn> {
  const jwtSecret = randomBytes(32).toString('hex')
  const server = await startServer({
    settings: readSettings({
      POSTHORN_PORT: '0',
      POSTHORN_DATABASE_URL: 'sqlite::memory:',
      POSTHORN_JWT_SECRET: jwtSecret,
      POSTHORN_SECRET_KEY: randomBytes(32).toString('base64'),
      // Customers know the vendor's address and no other: files are there too.
      POSTHORN_PUBLIC_URL: publicUrl,
      // The document asks for a public address. The client of this story is on this machine,
      POSTHORN_ALLOW_PRIVATE: '127.0.0.0/8',
      // and what it shows is signed by an authority that only this story knows.
      POSTHORN_EXTRA_CA: caFile,
      POSTHORN_PRESETS: fileURLToPath(new URL('presets', import.meta.url)),
      // A callback that fails is a warning, and fails here on purpose.
      POSTHORN_LOG_LEVEL: 'error',
    }),
  })
  try {
    const options = { url: server.url, token: await mintToken(jwtSecret, { subject: 'org_autoflex' }) }
    const client = createClient(options)
    for (const { app, name } of customers) {
      await client.application.create({ body: { uid: app, name } })
      await client.preset.apply({ params: { app_id: app }, body: { name: 'autoflex-in-seconds' } })
    }
    return { options, client, [Symbol.asyncDispose]: () => server.close() }
  } catch (error) {
    await server.close()
    throw error
  }
}
