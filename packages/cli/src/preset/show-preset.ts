import type { PresetOut } from '@posthorn/api'
import type { Io } from '../process/io.ts'
import { cellText, printable } from '../show/printable.ts'
import { showTable, Table, type Cell, type Column } from '../show/table.ts'
import { policySentences, ruleSentences } from './sentences.ts'

/** A preset in full: dialect, policy, rules, facts and event types. */
export function showPreset(preset: PresetOut, io: Io): string {
  return [head(preset, io), delivery(preset, io), rules(preset, io), facts(preset, io), events(preset, io)]
    .filter((part) => part !== '')
    .join('\n')
}

function head({ name, title, description, dialect, params, words }: PresetOut, io: Io): string {
  const values = [
    ['dialect', dialect],
    ...(Object.keys(params).length === 0 ? [] : [['parameters', pairs(params)]]),
    ...(Object.keys(words).length === 0 ? [] : [['words', Object.keys(words).join(', ')]]),
  ]
  const lines = values.map(([label = '', value = '']) => `${io.style('dim', label.padEnd(10))}  ${cellText(value)}\n`)
  return `${io.style('bold', cellText(title))} (${cellText(name)})\n${printable(description)}\n\n${lines.join('')}`
}

function pairs(values: Readonly<Record<string, string>>): string {
  return Object.entries(values)
    .map(([name, value]) => `${name}=${value}`)
    .join(', ')
}

function delivery({ policy }: PresetOut, io: Io): string {
  return section('Delivery', policySentences(policy), io)
}

function rules(preset: PresetOut, io: Io): string {
  return section('Rules', ruleSentences(preset.rules), io)
}

function facts({ rules: { facts: known } }: PresetOut, io: Io): string {
  const rows = Object.entries(known).map(([name, { type, example, description }]) =>
    [name, type, String(example), description].map((text): Cell => ({ text: cellText(text) })),
  )
  if (rows.length === 0) return ''
  const columns = [{ title: 'Fact' }, { title: 'Type' }, { title: 'Example' }, { title: 'Meaning', least: 12 }]
  return showTable(columns, [3], rows, io)
}

/** The event types and their platforms, by category. All categories have the same columns. */
function events({ eventTypes, platforms }: PresetOut, io: Io): string {
  const columns: Column[] = [
    { title: 'Event type' },
    ...platforms.map((platform) => ({ title: cellText(platform) })),
    { title: 'What it says', least: 16 },
  ]
  const table = new Table(columns, [columns.length - 1], io.terminalColumns, io.style)
  const cells = ({ name, platforms: own, title }: PresetOut['eventTypes'][number]): Cell[] => [
    { text: cellText(name) },
    ...platforms.map((platform): Cell =>
      own === null || own.includes(platform) ? { text: '✓', style: 'green' } : { text: '-', style: 'dim' },
    ),
    { text: cellText(title) },
  ]
  for (const type of eventTypes) table.fit(cells(type))
  const header = table.header()
  const groups = [...Map.groupBy(eventTypes, ({ category }) => category)].map(([category, types]) => {
    const title = category === '' ? '' : `${io.style('bold', cellText(category))}\n`
    return `\n${title}${types.map((type) => `${table.line(cells(type))}\n`).join('')}`
  })
  return `${header}\n${groups.join('')}`
}

function section(title: string, sentences: readonly string[], io: Io): string {
  if (sentences.length === 0) return ''
  return `${io.style('bold', title)}\n${sentences.map((sentence) => `  ${cellText(sentence)}\n`).join('')}`
}
