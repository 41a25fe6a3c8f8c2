/**
 * The plan of a receiver, independent of a language: which headers it reads and how it parses them, what is signed, and
 * with which key. `plan-of.ts` makes it from a dialect; each language only prints it.
 */
import type { Algorithm, Form, SignatureFormat, TextEncoding } from '../dialect.ts'
import type { Words } from './names.ts'

/** What the snippet's function takes, in this order. `now` is in seconds since 1970. */
export type SnippetParameter = 'headers' | 'body' | 'secrets' | 'now' | 'query' | 'url' | 'method'

export interface Plan {
  /** The dialect's title, safe inside a comment of any language. */
  title: string
  /** `read` if nothing is signed: such a function must not be called `verify`. */
  entry: 'verify' | 'read'
  parameters: readonly SnippetParameter[]
  /** What is read from headers and query before the signatures are looked at. */
  fields: readonly FieldPlan[]
  signatures: readonly SignaturePlan[]
  /** How far the time of the attempt may be from the receiver's clock. */
  age: { toleranceSeconds: number; time: TextPlan; as: TimeForm } | null
  /** What the function returns: the parsed body, the text of a field, or nothing. */
  result: 'body' | FieldPlan | null
}

/** A text of the request: a variable without its prefix. */
export interface TextPlan {
  variable: Words
  prefix: string
}

export type TimeForm = Extract<Form, 'unix' | 'unixMs' | 'iso' | 'isoMs'>

export interface FieldPlan extends TextPlan {
  from: 'headers' | 'query'
  name: string
  /** The text has to match this pattern completely; the same in every language. `null`: it must not be empty. */
  pattern: string | null
  /** The delimiters that follow the text where it is signed. The text must not contain them. */
  delimiters: readonly string[]
}

/** A signed part: the body, or a text that is composed of pieces. */
export type PartPlan = 'body' | readonly PiecePlan[]

export type PiecePlan =
  | { kind: 'literal'; text: string }
  | { kind: 'url' }
  | { kind: 'method' }
  | ({ kind: 'text' } & TextPlan)

export interface SignaturePlan {
  /** In lower case. */
  header: string
  /** The suffix of the variables of this signature: nothing, or 2, 3, ... */
  number: string
  algorithm: Algorithm
  /** Whether the receiver's secret is a public key. */
  isAsymmetric: boolean
  key: { encoding: 'utf8' | TextEncoding; prefix: string; minBytes: number }
  format: SignatureFormat
  /** How many signatures the header may hold. */
  holds: 'one' | 'several'
  /** Of the time that stands in this header. */
  timePattern: string | null
  encodings: readonly TextEncoding[]
  algorithmHeader: { name: string; accepts: readonly string[] } | null
  signed: readonly PartPlan[]
}

/** The encodings of asymmetric signatures, which must be decoded. An HMAC is only compared. */
export function asymmetricEncodings(signatures: readonly SignaturePlan[]): TextEncoding[] {
  return [...new Set(signatures.flatMap((signature) => (signature.isAsymmetric ? signature.encodings : [])))]
}

/** What a language makes of a plan. */
export interface Printed {
  /** A whole file: what it imports, one function to call, and what that needs. */
  code: string
  /** What is needed to run it, for people: `PHP 8.1`, `the extension sodium`. */
  needs: string[]
}
