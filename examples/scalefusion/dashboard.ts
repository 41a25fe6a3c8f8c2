import { ApiError, type Client, type LogEntry, type MockOut } from '@posthorn/api'
import { StoryError } from './story-error.ts'
import type { Vendor } from './vendor.ts'

/** Integrations > Webhooks, as an administrator of the customer uses it. Its words are the vendor's. */
export interface Dashboard {
  saveConfiguration(url: string, secretKey: string): Promise<void>
  /** Saved anew with another key, which signs from the next request on. */
  changeSecretKey(secretKey: string): Promise<void>
  activate(): Promise<void>
  mock(event: string): Promise<MockOut>
  /** These events and no others; none of them: unsubscribed. */
  subscribe(...events: string[]): Promise<void>
  summary(): Promise<{ readonly total: number; readonly success: number; readonly failed: number }>
  /** The Events table, oldest first. */
  events(filter?: { readonly code?: string; readonly request_id?: string }): Promise<readonly LogEntry[]>
  /** What the receiver said to the request of a row. */
  answer(row: LogEntry): Promise<string>
  /** The contents that were sent in the request of a row. */
  requestPayload(row: LogEntry): Promise<string>
}

export function openDashboard(client: Client, { app }: Pick<Vendor, 'app'>): Dashboard {
  /** The customer has one configuration at most. */
  async function configuration(): Promise<{ readonly app_id: string; readonly endpoint_id: string }> {
    const { data } = await client.endpoint.list({ params: app })
    if (data[0] === undefined) throw new StoryError('There is no configuration yet.')
    return { ...app, endpoint_id: data[0].id }
  }

  const attemptOf = ({ msgId, id }: LogEntry) => ({ ...app, msg_id: msgId, attempt_id: id })

  return {
    async saveConfiguration(url, secretKey) {
      await client.endpoint.create({ params: app, body: { url, secret: secretKey } })
    },
    async changeSecretKey(key) {
      await client.endpoint.rotateSecret({ params: await configuration(), body: { key, gracePeriodSeconds: 0 } })
    },
    async activate() {
      await client.endpoint.activate({ params: await configuration() })
    },
    mock: async (eventType) => client.endpoint.mock({ params: await configuration(), body: { eventType } }),
    async subscribe(...eventTypes) {
      await client.endpoint.patch({ params: await configuration(), body: { eventTypes } })
    },
    summary: () => client.log.summary({ params: app }),
    async events(filter = {}) {
      const query = { order: 'ascending', limit: 250, ...filter }
      return (await client.log.list({ params: app, query })).data
    },
    answer: async (row) => (await client.attempt.get({ params: attemptOf(row) })).response,
    requestPayload: async (row) => (await client.attempt.get({ params: attemptOf(row) })).request?.body ?? '',
  }
}

/** What is said to somebody who may not, or who is too early. */
export async function refusalOf(doing: Promise<unknown>): Promise<string> {
  const error = await doing.then(
    () => null,
    (thrown: unknown) => thrown,
  )
  if (error instanceof ApiError) return error.message
  throw new StoryError('What had to be refused was done.', { cause: error })
}
