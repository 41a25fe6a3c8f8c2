import { wrap } from './wrap.ts'

/**
 * Terms with their meanings beside them, aligned and wrapped to the width, for help:
 *
 * ```
 *   POSTHORN_PORT  Port to listen on. 0 takes any
 *                  free port. (default: 8071)
 * ```
 */
export function definitionList(
  entries: readonly (readonly [term: string, meaning: string])[],
  columns: number,
): string {
  const indent = 4 + Math.max(...entries.map(([term]) => term.length))
  const width = Math.max(columns - indent, 20)
  return entries
    .map(([term, meaning]) => `  ${term}`.padEnd(indent) + wrap(meaning, width).join(`\n${' '.repeat(indent)}`))
    .join('\n')
}
