import type { LogEntry } from '@posthorn/api'
import type { Io } from '../process/io.ts'
import { printable, printableBytes } from '../show/printable.ts'
import { explainStatus } from './explain-status.ts'
import type { FoundAttempt } from './find-attempt.ts'
import { answerText, resultCell } from './line.ts'
import { Table, type Cell } from '../show/table.ts'
import { spanText, tookText, utcText } from '../show/time-text.ts'

/** Everything about one attempt: what was sent, what came back, why it failed, and the other attempts of its message. */
export function showAttempt(found: FoundAttempt, app: string, io: Io): string {
  const parts = [head(found, io), why(found, app, io), request(found, io), response(found, io), timeline(found, io)]
  return parts.filter((part) => part !== '').join('\n')
}

/** `atmpt_...  ✗ failed`, and the facts of the attempt. */
function head({ attempt, all }: FoundAttempt, io: Io): string {
  const { text, style } = resultCell(attempt.result)
  const requestId = all.find(({ id }) => id === attempt.id)?.requestId ?? attempt.msgId
  const facts = [
    ['event', attempt.eventType],
    ['message', attempt.msgId],
    ...(requestId === attempt.msgId ? [] : [['request id', requestId]]),
    ['endpoint', `${attempt.endpointId} ${attempt.url}`],
    ['attempt', `${attempt.attempt}${attempt.triggerType === 1 ? ', requested manually' : ''}`],
    ['began', `${utcText(attempt.timestamp).slice(0, -1)}${attempt.timestamp.slice(19)}`],
    ['took', tookText(attempt.responseDurationMs)],
    ...(attempt.remoteAddress === null ? [] : [['answered by', attempt.remoteAddress]]),
    ...(attempt.nextAttempt === null ? [] : [['next attempt', nextText(attempt.nextAttempt, io)]]),
  ] as const
  const lines = facts.map(([name = '', value = '']) => `  ${io.style('dim', name.padEnd(12))}  ${oneLine(value)}\n`)
  return `${io.style('bold', oneLine(attempt.id))}  ${style === undefined ? text : io.style(style, text)}\n${lines.join('')}`
}

function nextText(iso: string, io: Io): string {
  const ms = Date.parse(iso) - io.now()
  return ms > 0 ? `${utcText(iso)}, in ${spanText(ms)}` : utcText(iso)
}

/** Why the attempt failed, and what to do. Empty for a success. */
function why({ attempt }: FoundAttempt, app: string, io: Io): string {
  if (attempt.result === 'success') return ''
  const { error, responseStatusCode: status } = attempt
  const sentences = [
    ...(error === null ? [] : [`${sentence(error.message)} (${error.code})`]),
    ...(explainStatus(status) === null ? [] : [`${status}: ${explainStatus(status)}`]),
    ...(attempt.result === 'exhausted' || attempt.result === 'quarantined'
      ? [
          `It is not retried automatically. When the cause is fixed, send it again: POST /api/v1/app/${app}/msg/${attempt.msgId}/endpoint/${attempt.endpointId}/resend`,
        ]
      : []),
  ]
  return section('Why', sentences.map((text) => `${printable(text, { oneLine: true })}\n`).join(''), io)
}

/** Messages of errors begin in lower case, because they are also printed after a colon. */
function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.!?]$/.test(text) ? '' : '.'}`
}

function request({ attempt, payload }: FoundAttempt, io: Io): string {
  const sent =
    attempt.request === null
      ? ['Its headers are no longer stored.']
      : [
          io.style('bold', oneLine(`${attempt.request.method} ${attempt.url}`)),
          ...attempt.request.headers.map((entry) => header(entry, io)),
        ]
  return section('Request', `${[...sent, '', ...body({ attempt, payload }, io)].join('\n')}\n`, io)
}

/** The body as it was sent. When it cannot be made again, because the endpoint was deleted, the payload as it was accepted. */
function body({ attempt, payload }: Pick<FoundAttempt, 'attempt' | 'payload'>, io: Io): string[] {
  const sent = attempt.request?.body ?? null
  if (sent !== null) {
    const part = attempt.batchId === null ? [] : [io.style('dim', 'the part of this message in its batch:')]
    return [...part, bounded(sent)]
  }
  if (attempt.request?.method === 'GET') return [io.style('dim', 'A GET has no body.')]
  if (payload === null) return ['The payload is no longer stored.']
  return [io.style('dim', 'payload, as it was accepted (the dialect may put an envelope around it):'), bounded(payload)]
}

function response({ attempt }: FoundAttempt, io: Io): string {
  const { responseStatusCode: status, response: body, responseHeaders: headers } = attempt
  if (status === 0) return ''
  const ok = status >= 200 && status < 300
  const lines = [io.style(ok ? 'green' : 'red', `${status} after ${tookText(attempt.responseDurationMs)}`)]
  if (headers === null) lines.push('Its headers and body are no longer stored.')
  else lines.push(...headers.map((entry) => header(entry, io)))
  if (headers !== null && body !== '') lines.push('', bounded(body))
  if (attempt.responseTruncated) lines.push(io.style('dim', 'The rest was not read.'))
  return section('Response', `${lines.join('\n')}\n`, io)
}

/** All attempts of the message, by endpoint, with the next one if it is planned. */
function timeline({ attempt, all }: FoundAttempt, io: Io): string {
  const byEndpoint = Map.groupBy(all, ({ endpointId }) => endpointId)
  const columns = ['Number', 'Time', 'Later', 'Result', 'Answer', 'Took', 'Id'].map((title) => ({ title }))
  const table = new Table(columns, [], null, io.style)
  const groups = [...byEndpoint.values()].map((entries) => ({ entries, rows: rows(entries, attempt.id, io) }))
  for (const row of groups.flatMap((group) => group.rows)) table.fit(row)
  const text = groups.map(({ entries, rows: own }) => {
    const title = groups.length === 1 ? '' : `${oneLine(entries[0]?.url ?? '')}\n`
    return title + own.map((row) => `${table.line(row)}\n`).join('')
  })
  return section(`Attempts of ${oneLine(attempt.msgId)}`, text.join(''), io)
}

function rows(entries: readonly LogEntry[], shown: string, io: Io): Cell[][] {
  const first = Date.parse(entries[0]?.timestamp ?? '')
  const later = (iso: string) => (Date.parse(iso) - first < 500 ? '' : `+${spanText(Date.parse(iso) - first)}`)
  const lines = entries.map((entry): Cell[] => [
    { text: `${entry.id === shown ? '>' : ' '} #${entry.attempt}` },
    { text: utcText(entry.timestamp) },
    { text: later(entry.timestamp) },
    resultCell(entry.result),
    { text: answerText(entry) },
    { text: tookText(entry.durationMs) },
    { text: oneLine(entry.id), style: 'dim' },
  ])
  const next = entries.at(-1)?.nextAttempt ?? null
  if (next === null || Date.parse(next) <= io.now()) return lines
  const planned = `○ in ${spanText(Date.parse(next) - io.now())}`
  const number = (entries.at(-1)?.attempt ?? 0) + 1
  return [
    ...lines,
    [{ text: `  #${number}` }, { text: utcText(next) }, { text: later(next) }, { text: planned, style: 'dim' }],
  ]
}

function section(title: string, text: string, io: Io): string {
  return `${io.style('bold', title)}\n${text}`
}

function header([name, value]: readonly [string, string], io: Io): string {
  return `${io.style('dim', `${oneLine(name)}:`)} ${oneLine(value)}`
}

function bounded(text: string): string {
  return printableBytes(Buffer.from(text)).trimEnd()
}

function oneLine(text: string): string {
  return printable(text, { oneLine: true })
}
