import type { Attempt, Engine } from '@posthorn/engine'
import { StoryError } from './story-error.ts'
import { org } from './vendor.ts'

/** One request, as the log has it: with the events that were in it. */
export interface Sent {
  readonly at: number
  readonly path: string
  readonly signature: string
  readonly code: number
  readonly events: readonly string[]
}

/** Every request that was sent to an organisation's webhooks, in order. A batch is one, with a row for each event. */
export async function sentRequests(posthorn: Engine, organisation: string): Promise<readonly Sent[]> {
  const requests = new Map<string, Sent>()
  for (const row of await rows(posthorn, organisation)) {
    const signature = signatureOf(row.request?.headers ?? [])
    const before = requests.get(`${row.endpoint} ${signature}`)?.events ?? []
    requests.set(`${row.endpoint} ${signature}`, {
      at: row.startedAt,
      path: new URL(row.url).pathname,
      signature,
      code: row.code,
      events: [...before, row.eventType],
    })
  }
  return [...requests.values()].toSorted((one, other) => one.at - other.at)
}

/** A request has no id, so log and receiver identify it by its signature. */
export function signatureOf(headers: readonly (readonly [string, string])[]): string {
  const signature = headers.find(([name]) => name === 'x-signature')?.[1]
  if (signature === undefined) throw new StoryError('A request went out without a signature.')
  return signature
}

async function rows(posthorn: Engine, organisation: string): Promise<Attempt[]> {
  const all: Attempt[] = []
  let iterator: string | null = null
  for (;;) {
    const page = await posthorn.attempts.list(org, organisation, { order: 'ascending', limit: 250, iterator })
    all.push(...page.data)
    if (page.done) return all
    iterator = page.iterator
  }
}
