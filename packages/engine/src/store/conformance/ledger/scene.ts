import type { Attempt } from '../../../model.ts'
import { attemptQuery, type AttemptQuery, type Ledger } from '../../ledger.ts'
import { newId, t0, type Context } from '../harness.ts'

export const hourMs = 3_600_000
/** A whole hour. */
export const hour0 = Math.ceil(t0 / hourMs) * hourMs

let lastSeq = 0

export function anAttempt(fields: Partial<Attempt> = {}): Attempt {
  const startedAt = fields.startedAt ?? t0
  return {
    id: newId('atmpt', startedAt),
    org: 'org_1',
    app: 'app_1',
    requestId: 'seen by the receiver',
    message: newId('msg', startedAt),
    eventType: 'invoice.paid',
    channels: null,
    tags: null,
    endpoint: 'ep_1',
    url: 'https://example.com/hook',
    attempt: 1,
    batch: null,
    result: 'success',
    trigger: 'scheduled',
    code: 200,
    error: null,
    startedAt,
    durationMs: 20,
    nextAttemptAt: null,
    request: { method: 'POST', headers: [['content-type', 'application/json']] },
    response: { headers: [['server', 'x']], body: 'ok', truncated: false },
    remoteAddress: '192.0.2.1',
    ...fields,
  }
}

/** Numbers rise over all tests of a process, as they do in a queue. */
export function nextSeq(): number {
  lastSeq += 1
  return lastSeq
}

export function append(ledger: Ledger, attempts: readonly Attempt[]): void {
  for (const attempt of attempts) ledger.append({ seq: nextSeq(), attempt })
}

export function query(app: string, fields: Partial<AttemptQuery> = {}): AttemptQuery {
  return attemptQuery(app, { order: 'ascending', limit: 1000, ...fields })
}

/** The filters of a query, one by one, over an array: what a reader has to answer. */
export function matching(all: readonly Attempt[], q: AttemptQuery): Attempt[] {
  return all
    .filter(({ app }) => app === q.app)
    .filter(({ endpoint }) => q.endpoint === null || endpoint === q.endpoint)
    .filter(({ message }) => q.message === null || message === q.message)
    .filter(({ eventType }) => q.eventTypes === null || q.eventTypes.includes(eventType))
    .filter(({ result }) => q.results === null || q.results.includes(result))
    .filter(({ code }) => q.code === null || code === q.code)
    .filter(({ code }) => q.codeClass === null || Math.floor(code / 100) === q.codeClass)
    .filter(({ channels }) => q.channel === null || (channels ?? []).includes(q.channel))
    .filter(({ tags }) => q.tag === null || (tags ?? []).includes(q.tag))
    .filter(({ startedAt }) => q.after === null || startedAt >= q.after)
    .filter(({ startedAt }) => q.before === null || startedAt < q.before)
}

export function page<T>(rows: readonly T[], key: (row: T) => string, q: AttemptQuery): T[] {
  const up = q.order === 'ascending'
  return rows
    .filter((row) => q.cursor === null || (up ? key(row) > q.cursor : key(row) < q.cursor))
    .toSorted((a, b) => (key(a) < key(b) === up ? -1 : 1))
    .slice(0, q.limit)
}

export function counted(rows: readonly Attempt[]): { total: number; success: number; failed: number } {
  const success = rows.filter(({ result }) => result === 'success').length
  return { total: rows.length, success, failed: rows.length - success }
}

/** The newest of each group, by the order in which they were appended. */
export function newest(rows: readonly Attempt[], groupOf: (row: Attempt) => string): Attempt[] {
  return [...new Map(rows.map((row) => [groupOf(row), row])).values()]
}

/** What a suite of the ledger has. */
export interface LedgerContext extends Context {
  /** That of the database that tests share. */
  readonly ledger: () => Ledger
}
