/** What a person sees. */

const labelWidth = 46
const textWidth = 72
let chapters = 0

export function chapter(title: string): void {
  console.log(`\n${++chapters}. ${title}`)
}

/** Prints an action and its result. */
export function say(what: string, outcome: string): void {
  const [first = '', ...more] = wrapped(outcome)
  console.log(`   ${what.padEnd(labelWidth)} ${first}`)
  for (const line of more) console.log(`   ${' '.repeat(labelWidth)} ${line}`)
}

/** Text as it went over the network. */
export function quote(text: string): void {
  console.log(`   > ${text}`)
}

/** Rows of equal length; the first one has the titles. */
export function table(rows: readonly (readonly string[])[]): void {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  for (const row of rows) {
    const cells = row.map((cell, column) => cell.padEnd(widths[column] ?? 0))
    console.log(`   ${cells.join('  ')}`.trimEnd())
  }
}

/** `2024-01-05 09:30:00.125` */
export function dateAndTime(iso: string): string {
  return iso.replace('T', ' ').replace('Z', '')
}

function wrapped(text: string): string[] {
  const lines: string[] = []
  for (const word of text.split(' ')) {
    const last = lines.at(-1)
    if (last === undefined || last.length + 1 + word.length > textWidth) lines.push(word)
    else lines[lines.length - 1] = `${last} ${word}`
  }
  return lines
}
