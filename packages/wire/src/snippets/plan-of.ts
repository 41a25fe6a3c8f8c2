/**
 * Makes the plan of a receiver from a dialect. It follows `verify/`: every signature of the dialect must be right, each
 * secret of a rotation is tried, and an algorithm that the request names is never used.
 */
import { isAsymmetric } from '../crypto/cryptography.ts'
import { isFieldPart, isTimeField, paramName } from '../definition/fields.ts'
import { parseDialect } from '../definition/parse-dialect.ts'
import { isSlot } from '../definition/slots.ts'
import type { Dialect, Field, Signature, Slot } from '../dialect.ts'
import { holdsSeveral } from '../lens/signature-header.ts'
import type { Words } from './names.ts'
import type { FieldPlan, PartPlan, PiecePlan, Plan, SignaturePlan, SnippetParameter, TimeForm } from './plan.ts'

/** @throws {WireError} `invalid_dialect` */
export function planOf(given: Dialect): Plan {
  // Names, prefixes and numbers are put into source code, so the dialect is checked first.
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
    if (!isFieldPart(part)) return part.$ === 'body' ? ['body'] : [{ kind: part.$ }]
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

/** The field that a request without a body is about. It is read together with the signed fields. */
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
    const as = over.find((part): part is Slot => isFieldPart(part) && part.$ === 'sentAt')?.as
    const pieces = plans[index]?.signed.flatMap((part) => (part === 'body' ? [] : part)) ?? []
    const time = pieces.find((piece) => piece.kind === 'text' && piece.variable[0] === 'sent')
    if (time?.kind === 'text') return { toleranceSeconds, time, as: as as TimeForm }
  }
  return null
}

/** Joins the adjacent texts. */
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

/** As strict as `text/time.ts`, and written without characters that a language would have to escape. */
const isoPattern = '[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}([.][0-9]{1,9})?(Z|[+-][0-9]{2}:[0-9]{2})'
const patterns: Record<TimeForm, string> = {
  unix: '[0-9]{1,12}',
  unixMs: '[0-9]{1,15}',
  iso: isoPattern,
  isoMs: isoPattern,
}

/** Names that are free in every language: Python's `id` and `type` are functions. */
const variables = {
  id: ['message', 'id'],
  type: ['event', 'type'],
  claim: ['claim'],
  sentAt: ['sent', 'at'],
  occurredAt: ['occurred', 'at'],
  acceptedAt: ['accepted', 'at'],
  pushedAt: ['pushed', 'at'],
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

/**
 * A title as one line that cannot end a comment in any language. In Java even a comment can contain escapes, so a
 * backslash is replaced.
 */
function commentText(title: string): string {
  return title
    .replace(/[\p{C}\p{Z}\s]+/gu, ' ')
    .replaceAll('\\', '/')
    .replace(/["'`*?<>#{}$]+/g, '')
    .trim()
}
