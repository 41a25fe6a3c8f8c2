import type { Io } from '../process/io.ts'
import { printable } from './printable.ts'

/** A page of Markdown: as it is for a file or a pipe, without what moves the cursor for a terminal. */
export function showPage(name: string, page: string, options: { readonly json?: true }, io: Io): void {
  if (options.json) io.out(`${JSON.stringify({ name, markdown: page })}\n`)
  else io.out(io.terminalColumns === null ? page : printable(page))
}
