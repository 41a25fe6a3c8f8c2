import { randomBytes } from 'node:crypto'
import { createClient, type Client } from '@posthorn/api'
import { mintToken, readSettings, startServer } from '@posthorn/server'
import type { Site, Visitor } from './visitors.ts'

const org = 'org_signinapp'

/** The vendor's system, as one customer of it has it: tablets at the doors of two sites, and a portal. */
export interface Portal extends AsyncDisposable {
  readonly client: Client
  readonly app: { readonly app_id: string }
  /** What a program of the customer needs to read the history, and no more than that. */
  readonly history: { readonly url: string; readonly token: string }
  /** Somebody signs in at a tablet. `at` is the time on the wall there: `08:05`. */
  signIn(visitor: Visitor, site: Site, at: string): Promise<string>
  signOut(visitor: Visitor, site: Site, at: string): Promise<string>
  /** Midnight: the system signs out all visitors who are still inside. No notification is sent. */
  midnight(): Promise<readonly Visitor[]>
  /** Every notification of what happened so far has been sent, or waits for another attempt. */
  idle(): Promise<void>
}

/** Starts a server that keeps nothing, and makes a customer. */
export async function startPortal(): Promise<Portal> {
  const jwtSecret = randomBytes(32).toString('hex')
  const server = await startServer({
    settings: readSettings({
      POSTHORN_PORT: '0',
      POSTHORN_DATABASE_URL: 'sqlite::memory:',
      POSTHORN_JWT_SECRET: jwtSecret,
      POSTHORN_SECRET_KEY: randomBytes(32).toString('base64'),
      // The receivers of this story are on this machine.
      POSTHORN_ALLOW_PRIVATE: '127.0.0.0/8',
      POSTHORN_LOG_LEVEL: 'error',
    }),
  })
  try {
    const client = createClient({ url: server.url, token: await mintToken(jwtSecret, { subject: org }) })
    const { id: app_id } = await client.application.create({ body: { uid: 'weser-logistik', name: 'Weser Logistik' } })
    await client.preset.apply({ params: { app_id }, body: { name: 'signinapp' } })
    const token = await mintToken(jwtSecret, { subject: app_id, org, scopes: ['integrations:read'] })
    return {
      client,
      app: { app_id },
      history: { url: `${server.url}/api/v1/app/${app_id}/msg`, token },
      ...tablets(client, app_id),
      idle: () => server.engine.idle(),
      [Symbol.asyncDispose]: () => server.close(),
    }
  } catch (error) {
    await server.close()
    throw error
  }
}

/** The day on which all of it happens, with the clock of both sites. */
const atTime = (time: string) => `2026-03-02T${time}:00+01:00`
const midnightOfThatDay = '2026-03-03T00:00:00+01:00'

function tablets(client: Client, app_id: string): Pick<Portal, 'signIn' | 'signOut' | 'midnight'> {
  const inside = new Map<Visitor, Site>()

  async function record(type: 'signin' | 'signout', visitor: Visitor, site: Site, more: object): Promise<string> {
    const body = {
      eventType: `visitor.${type}`,
      payload: visitOf(visitor, site),
      // A notification can be for some groups of visitors. The group is not part of what is sent, so it is a channel.
      channels: [`group:${visitor.group}`],
      ...more,
    }
    return (await client.message.create({ params: { app_id }, body })).id
  }

  return {
    signIn(visitor, site, at) {
      inside.set(visitor, site)
      return record('signin', visitor, site, { occurredAt: atTime(at) })
    },
    signOut(visitor, site, at) {
      inside.delete(visitor)
      return record('signout', visitor, site, { occurredAt: atTime(at) })
    },
    async midnight() {
      const left = [...inside]
      inside.clear()
      for (const [visitor, site] of left)
        await record('signout', visitor, site, { occurredAt: midnightOfThatDay, deliver: false })
      return left.map(([visitor]) => visitor)
    },
  }
}

function visitOf({ id, name, additional }: Visitor, site: Site): Record<string, unknown> {
  return {
    site: { ...site, type: 'standard', timezone: 'Europe/Berlin' },
    visitor: {
      id,
      name,
      photo_url: null,
      badge_url: null,
      additional,
      personal_fields: {},
      is_returning: false,
      is_pre_registered: false,
      is_remote: false,
    },
  }
}
