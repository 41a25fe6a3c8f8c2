/** What a person sees. */

const labelWidth = 50
let chapters = 0

export function chapter(title: string): void {
  console.log(`\n${++chapters}. ${title}`)
}

/** Prints an action and its result. */
export function say(what: string, outcome: string): void {
  console.log(`   ${what.padEnd(labelWidth)} ${outcome}`)
}

/** A line of one of the two programs. */
export function tellOf(who: 'vendor' | 'client', line: string): void {
  console.log(`   ${who} | ${line}`)
}
