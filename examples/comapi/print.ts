/** What a person sees. */

const labelWidth = 36
let chapters = 0

export function chapter(title: string): void {
  console.log(`\n${++chapters}. ${title}`)
}

/** Prints an action and its result. */
export function say(what: string, outcome: string): void {
  console.log(`   ${what.padEnd(labelWidth)} ${outcome}`)
}

/** Rows of equal length. */
export function table(rows: readonly (readonly string[])[]): void {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  for (const row of rows) {
    const cells = row.map((cell, column) => cell.padEnd(widths[column] ?? 0))
    console.log(`   ${cells.join('  ')}`.trimEnd())
  }
}
