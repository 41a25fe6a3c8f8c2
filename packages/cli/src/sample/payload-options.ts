import { collect } from '../command/option-values.ts'
import { option } from '../command/words.ts'

/** The options that give a command the payload of an event. */
export interface PayloadOptions {
  /** JSON, `@file` or `-`; the sample of the event type when absent. */
  readonly payload?: string
  /** `path=value` texts. */
  readonly set?: readonly string[]
  /** `name=value` texts. */
  readonly param?: readonly string[]
}

export const payloadOptions = [
  option('--payload <json>', 'payload instead of the sample: JSON, @file, or - for standard input'),
  option('-s, --set <path=value>', 'change a value of the payload; JSON, or else text (repeatable)', collect),
  option('-p, --param <name=value>', 'a parameter of the dialect (repeatable)', collect),
]
