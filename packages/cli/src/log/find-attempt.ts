import type { AttemptOut, LogEntry } from '@posthorn/api'
import { parseId, scan } from '@posthorn/wire'
import type { ApiAccess } from '../api/access.ts'
import { CliError } from '../process/cli-error.ts'
import { exitCodes } from '../process/exit-codes.ts'

/** One attempt with all that is known of it. */
export interface FoundAttempt {
  readonly attempt: AttemptOut
  /** Text of the payload, byte for byte; `null` when it was erased or its time is over. */
  readonly payload: string | null
  /** Every attempt of its message, the first one first. */
  readonly all: readonly LogEntry[]
}

const prefix = 'atmpt_'
const MOST_PAGES = 20

/** The attempt of an id, or the last one of the message that a request id names. */
export async function findAttempt(access: ApiAccess, app: string, id: string): Promise<FoundAttempt> {
  const wanted = id.startsWith(prefix) ? await entryOf(access, app, id) : await newestOf(access, app, id)
  const params = { app_id: app, msg_id: wanted.msgId, attempt_id: wanted.id }
  const [attempt, payload, all] = await Promise.all([
    access.client.attempt.get({ params, query: { expanded_statuses: true } }),
    payloadOf(access, app, wanted.msgId),
    attemptsOf(access, app, wanted.msgId),
  ])
  return { attempt, payload, all }
}

/**
 * The API takes the id of an attempt together with that of its message only. But an id holds the time at which it was
 * made, no earlier than the attempt began, and ids rise: read backwards from that time, it comes soon.
 */
async function entryOf({ client }: ApiAccess, app: string, id: string): Promise<LogEntry> {
  const parts = parseId(id, prefix)
  const before = parts === null ? null : new Date(parts.timeMs + 1)
  for (let iterator: string | null = null, pages = 0; before !== null && pages < MOST_PAGES; pages++) {
    const page: Awaited<ReturnType<typeof client.log.list>> = await client.log.list({
      params: { app_id: app },
      query: { before, limit: 250, iterator },
    })
    const found = page.data.find((entry) => entry.id === id)
    if (found !== undefined) return found
    if (page.done || page.data.some((entry) => entry.id < id)) break
    iterator = page.iterator
  }
  throw new CliError(
    `there is no attempt ${id} in the log of ${app}.`,
    `Its ids are shown by posthorn log ${app} --json, and under "Attempts" of a request id.`,
  )
}

async function newestOf({ client }: ApiAccess, app: string, id: string): Promise<LogEntry> {
  const page = await client.log.list({ params: { app_id: app }, query: { request_id: id, limit: 1 } })
  const [newest] = page.data
  if (newest !== undefined) return newest
  if (id.startsWith('msg_')) {
    // Answers a 404 of its own when there is no such message.
    await client.message.get({ params: { app_id: app, msg_id: id }, query: { with_content: false } })
    throw new CliError(`${id} has not been attempted yet.`, 'posthorn tail shows it when it is.', exitCodes.no)
  }
  throw new CliError(
    `there is no request ${id} in the log of ${app}.`,
    'Write the id as the receiver saw it (msg_..., a UUID, 16 characters), or take that of an attempt, atmpt_...',
  )
}

async function attemptsOf({ client }: ApiAccess, app: string, message: string): Promise<LogEntry[]> {
  const all: LogEntry[] = []
  for (let iterator: string | null = null, done = false; !done && all.length < 1000;) {
    const page: Awaited<ReturnType<typeof client.log.list>> = await client.log.list({
      params: { app_id: app },
      query: { request_id: message, order: 'ascending', limit: 250, iterator },
    })
    all.push(...page.data)
    ;({ iterator, done } = page)
  }
  return all
}

/** Not with the client, which would parse the payload: 2432232314.10 must be shown as it was sent. */
async function payloadOf({ url, token }: ApiAccess, app: string, message: string): Promise<string | null> {
  const path = `/api/v1/app/${encodeURIComponent(app)}/msg/${encodeURIComponent(message)}`
  const response = await fetch(url.replace(/\/+$/, '') + path, { headers: { authorization: `Bearer ${token}` } })
  // Attempts may outlive the message.
  if (!response.ok) return null
  const text = await response.text()
  const scanned = scan(text)
  if (!scanned.ok || scanned.kind !== 'object') return null
  const member = scanned.members.find(({ key }) => key === 'payload')
  const payload = member === undefined ? 'null' : text.slice(member.start, member.end)
  return payload === 'null' ? null : payload
}
