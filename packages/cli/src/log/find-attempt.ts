import type { AttemptOut, LogEntry } from '@posthorn/api'
import { bodyBounds, parseId, scan } from '@posthorn/wire'
import type { ApiAccess } from '../api/access.ts'
import { CliError } from '../process/cli-error.ts'
import { exitCodes } from '../process/exit-codes.ts'

/** One attempt with everything that the API knows about it. */
export interface FoundAttempt {
  readonly attempt: AttemptOut
  /** Text of the payload, byte for byte; `null` when it was erased or its retention ended. */
  readonly payload: string | null
  /** Every attempt of its message, the oldest first. */
  readonly all: readonly LogEntry[]
}

const prefix = 'atmpt_'
const MOST_PAGES = 20

/** The attempt with this id, or for a request id the newest attempt of its message. */
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
 * The API finds an attempt only together with its message. But the id of an attempt contains the time when it was made,
 * which is not before the attempt began, and ids rise with time: reading the log backwards from that time finds it soon.
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
    `posthorn log ${app} --json shows the ids of attempts, and posthorn log ${app} REQUEST_ID those of one request.`,
  )
}

async function newestOf({ client }: ApiAccess, app: string, id: string): Promise<LogEntry> {
  const page = await client.log.list({ params: { app_id: app }, query: { request_id: id, limit: 1 } })
  const [newest] = page.data
  if (newest !== undefined) return newest
  if (id.startsWith('msg_')) {
    // If there is no such message, this fails with the 404 of the API.
    await client.message.get({ params: { app_id: app, msg_id: id }, query: { with_content: false } })
    throw new CliError(
      `${id} has not been attempted yet.`,
      'posthorn tail shows the attempt when it is made.',
      exitCodes.no,
    )
  }
  throw new CliError(
    `there is no request ${id} in the log of ${app}.`,
    'Write the id as the receiver saw it (msg_..., a UUID, 16 characters), or use the id of an attempt, atmpt_...',
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

/** Without the client, which would parse the payload and print 2432232314.10 as 2432232314.1. */
async function payloadOf({ url, token }: ApiAccess, app: string, message: string): Promise<string | null> {
  const { pathSegment } = await import('@posthorn/api')
  const path = `/api/v1/app/${pathSegment(app, 'the application')}/msg/${pathSegment(message, 'the message')}`
  const response = await fetch(url.replace(/\/+$/, '') + path, { headers: { authorization: `Bearer ${token}` } })
  // The attempts of a message may be stored longer than the message.
  if (!response.ok) return null
  const text = await response.text()
  const scanned = scan(text, bodyBounds)
  if (!scanned.ok || scanned.kind !== 'object') return null
  const member = scanned.members.find(({ key }) => key === 'payload')
  const payload = member === undefined ? 'null' : text.slice(member.start, member.end)
  return payload === 'null' ? null : payload
}
