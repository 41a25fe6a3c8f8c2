/** What a person sees. */
import type { Received } from './receiver.ts'

const labelWidth = 34
let chapters = 0

export function chapter(title: string): void {
  console.log(`\n${++chapters}. ${title}`)
}

/** Prints an action and its result. */
export function say(what: string, outcome: string): void {
  console.log(`   ${what.padEnd(labelWidth)} ${outcome}`)
}

/** A request, as the receiver has it. */
export function sayReceived({ at, path, answered, key, events }: Received): void {
  const signer = key === undefined ? 'no key of ours' : `key ${key}`
  const types = events?.map(({ type }) => type).join(', ') ?? 'not parsed'
  console.log(`   ${time(Date.parse(at))}  ${path.padEnd(10)}  ${answered}  ${signer.padEnd(14)}  ${types}`)
}

/** `09:30:00.125` */
export function time(ms: number): string {
  return new Date(ms).toISOString().slice(11, -1)
}
