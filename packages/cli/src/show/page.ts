import type { Io } from '../process/io.ts'
import { printable } from './printable.ts'

/** A page of Markdown: unchanged for a file or a pipe, without control characters for a terminal. */
export function showPage(markdown: string, io: Io): string {
  return io.terminalColumns === null ? markdown : printable(markdown)
}
