/**
 * What a receiver has to do to believe a request, in the words of no language: which headers it reads, how it takes them
 * apart, what is signed, and with which key. The languages only print it.
 *
 * It follows `verify/`: every signature of a dialect has to be right, the secrets of a rotation are tried in turn, and
 * what the request says about its algorithm is never followed.
 */
import { isAsymmetric } from '../crypto/cryptography.ts'
import type {
  Algorithm,
  Dialect,
  Field,
  Form,
  Part,
  Signature,
  SignatureFormat,
  Slot,
  TextEncoding,
} from '../dialect.ts'
import { parseDialect } from '../definition/parse-dialect.ts'
import { isSlot } from '../lens/body-lens.ts'
import { holdsSeveral } from '../lens/signature-header.ts'
import { isTimeField, paramName } from '../lens/slot-lens.ts'
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

type TimeForm = Extract<Form, 'unix' | 'unixMs' | 'iso' | 'isoMs'>

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

/** @throws {WireError} `invalid_dialect` */
export function planOf(given: Dialect): Plan {
  // Names, prefixes and numbers go into source code: only what has been checked gets there.
  const dialect = parseDialect(given)
  const signed = dialect.signatures.flatMap(({ over }) => over)
  const fields = new Map<Field, FieldPlan>()
  const signatures = dialect.signatures.map((signature, index) => signaturePlan(dialect, signature, index, fields))
  const result = dialect.body.kind === 'none' ? resultField(dialect, fields) : 'body'
  const age = agePlan(dialect, signatures)
  const isSigned = signatures.length > 0
  const read = [...fields.values()]
  const uses = (part: string): boolean => signed.some((one) => typeof one !== 'string' && one.$ === part)
  const parameters: Record<SnippetParameter, boolean> = {
    headers: isSigned || read.some(({ from }) => from === 'headers'),
    body: result === 'body' || uses('body'),
    secrets: isSigned,
    now: age !== null,
    query: read.some(({ from }) => from === 'query'),
    url: uses('url'),
    method: uses('method'),
  }
  return {
    title: commentText(dialect.title),
    entry: isSigned ? 'verify' : 'read',
    parameters: (Object.keys(parameters) as SnippetParameter[]).filter((name) => parameters[name]),
    fields: read,
    signatures,
    age,
    result,
  }
}

function signaturePlan(
  dialect: Dialect,
  signature: Signature,
  index: number,
  fields: Map<Field, FieldPlan>,
): SignaturePlan {
  const { algorithm, key, over, format, encoding, accepts = [], header, algorithmHeader } = signature
  const hasPublicKey = isAsymmetric(algorithm)
  const hasTime = 'pairs' in format && format.pairs.time !== undefined
  const number = index === 0 ? '' : String(index + 1)
  let timePattern: string | null = null

  const pieces = over.flatMap((part, place): ('body' | PiecePlan)[] => {
    if (typeof part === 'string') return part === '' ? [] : [{ kind: 'literal', text: part }]
    if (!isField(part)) return part.$ === 'body' ? ['body'] : [{ kind: part.$ }]
    const written: PiecePlan[] = part.prefix === undefined ? [] : [{ kind: 'literal', text: part.prefix }]
    if (part.$ === 'sentAt' && hasTime) {
      timePattern = patterns[part.as as TimeForm]
      return [...written, { kind: 'text', variable: pairTime(number), prefix: '' }]
    }
    const field = fields.get(part.$) ?? fieldPlan(dialect, part.$, fields)
    if (field === null) return written
    const next = over[place + 1]
    const delimiters = typeof next === 'string' && next !== '' ? [next] : []
    fields.set(part.$, { ...field, delimiters: [...new Set([...field.delimiters, ...delimiters])] })
    return [...written, { kind: 'text', variable: field.variable, prefix: field.prefix }]
  })

  return {
    header: header.toLowerCase(),
    number,
    algorithm,
    isAsymmetric: hasPublicKey,
    key: {
      encoding: key.encoding,
      prefix: (hasPublicKey ? (key.publicPrefix ?? key.prefix) : key.prefix) ?? '',
      minBytes: key.minBytes ?? 1,
    },
    format,
    holds: holdsSeveral(format) ? 'several' : 'one',
    timePattern,
    encodings: [...new Set([encoding, ...accepts])],
    algorithmHeader:
      algorithmHeader === undefined
        ? null
        : {
            name: algorithmHeader.name.toLowerCase(),
            accepts: algorithmHeader.accepts ?? [algorithmHeader.value],
          },
    signed: gathered(pieces),
  }
}

/** Where a field stands in the headers or the query. */
function fieldPlan({ request }: Dialect, field: Field, fields: ReadonlyMap<Field, FieldPlan>): FieldPlan | null {
  for (const from of ['headers', 'query'] as const) {
    for (const [name, slot] of Object.entries(request[from] ?? {})) {
      if (!isSlot(slot) || slot.$ !== field) continue
      const pattern = isTimeField(field) ? patterns[slot.as as TimeForm] : null
      return {
        variable: variables[field] ?? parameterVariable(field, fields),
        prefix: slot.prefix ?? '',
        from,
        name: from === 'headers' ? name.toLowerCase() : name,
        pattern,
        delimiters: [],
      }
    }
  }
  return null
}

/** Without a body, the field that the request is about: it is read with those that are signed. */
function resultField(dialect: Dialect, fields: Map<Field, FieldPlan>): FieldPlan | null {
  for (const field of ['claim', 'id', 'type'] as const) {
    const plan = fields.get(field) ?? fieldPlan(dialect, field, fields)
    if (plan === null) continue
    fields.set(field, plan)
    return plan
  }
  return null
}

function agePlan({ signatures }: Dialect, plans: readonly SignaturePlan[]): Plan['age'] {
  for (const [index, { toleranceSeconds, over }] of signatures.entries()) {
    if (toleranceSeconds === undefined) continue
    const as = over.find((part): part is Slot => isField(part) && part.$ === 'sentAt')?.as
    const pieces = plans[index]?.signed.flatMap((part) => (part === 'body' ? [] : part)) ?? []
    const time = pieces.find((piece) => piece.kind === 'text' && piece.variable[0] === 'sent')
    if (time?.kind === 'text') return { toleranceSeconds, time, as: as as TimeForm }
  }
  return null
}

function isField(part: Part): part is Slot {
  return typeof part === 'object' && part.$ !== 'body' && part.$ !== 'url' && part.$ !== 'method'
}

/** The texts between two bodies as one. */
function gathered(pieces: readonly ('body' | PiecePlan)[]): PartPlan[] {
  const parts: ('body' | PiecePlan[])[] = []
  for (const piece of pieces) {
    const last = parts.at(-1)
    if (piece === 'body') parts.push('body')
    else if (last === undefined || last === 'body') parts.push([piece])
    else last.push(piece)
  }
  return parts
}

/** As strict as `text/time.ts`, and written so that no language has to escape anything. */
const isoPattern = '[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}([.][0-9]{1,9})?(Z|[+-][0-9]{2}:[0-9]{2})'
const patterns: Record<TimeForm, string> = {
  unix: '[0-9]{1,12}',
  unixMs: '[0-9]{1,15}',
  iso: isoPattern,
  isoMs: isoPattern,
}

/** Names that no language has already: Python's `id` and `type` are functions. */
const variables = {
  id: ['message', 'id'],
  type: ['event', 'type'],
  claim: ['claim'],
  sentAt: ['sent', 'at'],
  occurredAt: ['occurred', 'at'],
  acceptedAt: ['accepted', 'at'],
  attempt: ['attempt'],
} as { sentAt: Words } & Partial<Record<Field, Words>>

/** `accountId` becomes `param_account_id`; another that would become the same gets a number. */
function parameterVariable(field: Field, fields: ReadonlyMap<Field, FieldPlan>): Words {
  const words = [
    'param',
    ...paramName(field)
      .split(/[-_]+|(?=[A-Z])/)
      .filter((word) => word !== ''),
  ]
  const lower = words.map((word) => word.toLowerCase())
  const taken = [...fields.values()].some(({ variable }) => variable.join() === lower.join())
  return taken ? [...lower, String(fields.size)] : lower
}

function pairTime(number: string): Words {
  return ['sent', `at${number}`]
}

/** A title as one line that ends no comment, in any language; a backslash alone begins an escape in Java's comments. */
function commentText(title: string): string {
  return title
    .replace(/[\p{C}\p{Z}\s]+/gu, ' ')
    .replaceAll('\\', '/')
    .replace(/["'`*?<>#{}$]+/g, '')
    .trim()
}

/** How asymmetric signatures are spelled in this dialect: they have to be decoded, where an HMAC is only compared. */
export function asymmetricEncodings(signatures: readonly SignaturePlan[]): TextEncoding[] {
  return [...new Set(signatures.flatMap((signature) => (signature.isAsymmetric ? signature.encodings : [])))]
}
