import type { LogEntry } from '@posthorn/api'
import type { Io } from '../process/io.ts'
import { printable } from '../show/printable.ts'
import { Table, type Cell } from '../show/table.ts'
import { clockText, tookText, utcText } from '../show/time-text.ts'

type Result = LogEntry['result']

/** The word, mark and colour of each result. A colour alone would not be readable for everybody. */
const shown: Record<Result, { word: string; mark: string; style: NonNullable<Cell['style']> }> = {
  success: { word: 'success', mark: '✓', style: 'green' },
  failed: { word: 'retrying', mark: '↻', style: 'yellow' },
  exhausted: { word: 'failed', mark: '✗', style: 'red' },
  interrupted: { word: 'interrupted', mark: '!', style: 'yellow' },
  cancelled: { word: 'cancelled', mark: '-', style: 'dim' },
  quarantined: { word: 'quarantined', mark: '!', style: 'red' },
}

/** `✗ failed`. A newer server may have results that this program does not know. */
export function resultCell(result: Result): Cell {
  const { word, mark, style } = shown[result] ?? { word: printable(result, { oneLine: true }), mark: '?', style: 'dim' }
  return { text: `${mark} ${word}`, style }
}

/** The status of the response, or why there was none: `503`, `timeout`. */
export function answerText({ code, error, result }: Pick<LogEntry, 'code' | 'error' | 'result'>): string {
  if (code !== 0) return String(code)
  return error === null || error.code === result ? '-' : printable(error.code, { oneLine: true })
}

/** Host and path of a URL. The query is left out, because it may contain a secret of the receiver. */
function placeText(url: string): string {
  if (!URL.canParse(url)) return printable(url, { oneLine: true })
  const { host, pathname } = new URL(url)
  return printable(host + (pathname === '/' ? '' : pathname), { oneLine: true })
}

/** Prints lines of the log. With `nameOf` each line has the name of its application, for a log of several applications. */
export function logTable(io: Io, terminal: number | null, nameOf: ((appId: string) => string) | null = null) {
  const application = nameOf === null ? [] : [{ title: 'Application', least: 12 }]
  const columns = [
    { title: 'Time', least: 9, short: true },
    { title: 'Result' },
    ...application,
    { title: 'Event type', least: 12 },
    { title: 'Request id', least: 11, middle: true },
    { title: 'Answer', least: 8 },
    { title: '#', align: 'right' },
    { title: 'Took', align: 'right' },
    { title: 'Endpoint', least: 16 },
  ] as const
  const at = (title: string) => columns.findIndex((column) => column.title === title)
  const giving = ['Endpoint', 'Time', 'Event type', 'Application', 'Request id', 'Answer']
    .map(at)
    .filter((index) => index >= 0)
  const table = new Table(columns, giving, terminal, io.style)

  const cells = (entry: LogEntry): Cell[] => [
    { text: utcText(entry.timestamp), short: clockText(entry.timestamp), style: 'dim' },
    resultCell(entry.result),
    ...(nameOf === null ? [] : [{ text: printable(nameOf(entry.appId), { oneLine: true }) }]),
    { text: printable(entry.eventType, { oneLine: true }) },
    { text: printable(entry.requestId, { oneLine: true }) },
    { text: answerText(entry) },
    { text: String(entry.attempt) },
    { text: tookText(entry.durationMs) },
    { text: placeText(entry.url) },
  ]
  return {
    header: () => `${table.header()}\n`,
    fit: (entry: LogEntry) => table.fit(cells(entry)),
    line: (entry: LogEntry) => `${table.line(cells(entry))}\n`,
  }
}
