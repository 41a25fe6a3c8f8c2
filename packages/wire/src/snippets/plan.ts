/**
 * What a receiver has to do to believe a request, in the words of no language: which headers it reads, how it takes them
 * apart, what is signed, and with which key. `plan-of.ts` makes it of a dialect; the languages only print it.
 */
import type { Algorithm, Form, SignatureFormat, TextEncoding } from '../dialect.ts'
import type { Words } from './names.ts'

/** What the snippet's function takes, in this order. `now` is in seconds since 1970. */
export type SnippetParameter = 'headers' | 'body' | 'secrets' | 'now' | 'query' | 'url' | 'method'

export interface Plan {
  /** The dialect's title, safe inside a comment of any language. */
  title: string
  /** `read` where nothing is signed: a function of that name must not be called `verify`. */
  entry: 'verify' | 'read'
  parameters: readonly SnippetParameter[]
  /** What is read from headers and query before the signatures are looked at. */
  fields: readonly FieldPlan[]
  signatures: readonly SignaturePlan[]
  /** How far the time of the attempt may be from the receiver's clock. */
  age: { toleranceSeconds: number; time: TextPlan; as: TimeForm } | null
  /** What the function answers: the parsed body, the text of a field, or only that all is well. */
  result: 'body' | FieldPlan | null
}

/** A text of the request: a variable, or what stands in it behind a prefix. */
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
  /** What ends the text where it is signed, and therefore must not stand in it. */
  delimiters: readonly string[]
}

/** What is signed: the body, and texts that are put together of pieces. */
export type PartPlan = 'body' | readonly PiecePlan[]

export type PiecePlan =
  | { kind: 'literal'; text: string }
  | { kind: 'url' }
  | { kind: 'method' }
  | ({ kind: 'text' } & TextPlan)

export interface SignaturePlan {
  /** In lower case. */
  header: string
  /** Stands behind the variables of this signature: nothing, or 2, 3, ... */
  number: string
  algorithm: Algorithm
  /** Whether the secret is a public key, as it is for a receiver wherever there is one. */
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

/** How asymmetric signatures are spelled in this dialect: they have to be decoded, where an HMAC is only compared. */
export function asymmetricEncodings(signatures: readonly SignaturePlan[]): TextEncoding[] {
  return [...new Set(signatures.flatMap((signature) => (signature.isAsymmetric ? signature.encodings : [])))]
}

/** What a language makes of a plan. */
export interface Printed {
  /** A whole file: what it imports, one function to call, and what that needs. */
  code: string
  /** What has to be there to run it, for people: `PHP 8.1`, `the extension sodium`. */
  needs: string[]
}
