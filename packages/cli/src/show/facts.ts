import type { Io } from '../process/io.ts'
import { cellText } from './printable.ts'

/** A line for each fact: its name, dim and padded to `width`, and its value. A fact that is `null` is left out. */
export function facts(values: Readonly<Record<string, string | null>>, io: Pick<Io, 'style'>, width = 10): string {
  return Object.entries(values)
    .map(([name, value]) => (value === null ? '' : `${io.style('dim', name.padEnd(width))}  ${cellText(value)}\n`))
    .join('')
}
