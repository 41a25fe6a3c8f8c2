import type { TestOut } from '@posthorn/api'
import type { Io } from '../process/io.ts'
import { cellText } from '../show/printable.ts'
import { Table, type Cell } from '../show/table.ts'
import { tookText } from '../show/time-text.ts'
import { showMock } from './show-mock.ts'

/** The result of a test: each step with its mark, the certificate, and the test message. */
export function showTest({ steps, tls, remoteAddress, eventType, message }: TestOut, io: Io): string {
  const columns = [{ title: 'Step' }, { title: 'Took', align: 'right' }, { title: 'What' }] as const
  const table = new Table(columns, [], null, io.style)
  const rows = steps.map(({ step, ok, message: words, durationMs }): Cell[] => [
    { text: `${mark(ok)} ${step}`, style: ok === null ? 'dim' : ok ? 'green' : 'red' },
    { text: durationMs === null ? '' : tookText(Math.round(durationMs)) },
    { text: cellText(words) },
  ])
  for (const row of rows) table.fit(row)
  const parts = [
    rows.map((row) => `${table.line(row)}\n`).join(''),
    facts(tls, remoteAddress, io),
    message === null
      ? `${io.style('red', 'The test message was not sent.')}\n`
      : `${io.style('bold', `Test message, ${cellText(eventType ?? '')}`)}\n${showMock(message, io)}`,
  ]
  return parts.filter((part) => part !== '').join('\n')
}

function mark(ok: boolean | null): string {
  if (ok === null) return '-'
  return ok ? '✓' : '✗'
}

/** Fewer days are shown in red: certificates are usually renewed 30 days before they expire. */
const SOON_DAYS = 14

function facts(tls: TestOut['tls'], remoteAddress: string | null, io: Io): string {
  const lines: string[] = []
  if (remoteAddress !== null) lines.push(`${io.style('dim', 'answered by')}  ${cellText(remoteAddress)}`)
  if (tls !== null) {
    const { subject, issuer, validTo, daysLeft } = tls.certificate
    const left = `${daysLeft} ${daysLeft === 1 ? 'day' : 'days'} left`
    const words = io.style(daysLeft < SOON_DAYS ? 'red' : 'green', left)
    lines.push(
      `${io.style('dim', 'certificate')}  ${words}, until ${validTo.slice(0, 10)}, ${tls.protocol}`,
      `${io.style('dim', 'subject    ')}  ${cellText(subject)}`,
      `${io.style('dim', 'issuer     ')}  ${cellText(issuer)}`,
    )
  }
  return lines.map((line) => `${line}\n`).join('')
}
