/** Checks JSON schemas of event types, and payloads against them. Neither check throws. */
import type { ValidateFunction } from 'ajv'
import { shorten } from '../json/field-path.ts'
import { LRUCache } from 'lru-cache'
import { compileSchema, type Draft, judgeOf } from './ajv.ts'
import { describeErrors, type SchemaProblem } from './describe-errors.ts'
import { PatternError, resetPatternTime } from './linear-pattern.ts'
import { countValues, MAX_SCHEMA_BYTES, TOO_LARGE, unfitness } from './size.ts'
import { type Profile, weigh, workOf } from './weigh.ts'

export type { SchemaProblem } from './describe-errors.ts'

interface Usable {
  readonly problem: null
  readonly draft: Draft
  readonly schema: object | boolean
  readonly size: number
  readonly profile: Profile
  readonly hasReferredAlternatives: boolean
  /** Stops at the first error. */
  readonly first: ValidateFunction
  /** Continues to the last error. Compiled at first use. */
  all: ValidateFunction | undefined
}

type Judged = Usable | { readonly problem: string }

const MAX_KNOWN_SCHEMAS = 300
/** Values times parts of the schema. Above this only the first problem is reported, because each costs memory. */
const MAX_WORK_FOR_ALL = 250_000
/** Rules times values. One takes about 10 ns. */
const MAX_WORK = 4_000_000

const known = new LRUCache<string, Judged>({ max: MAX_KNOWN_SCHEMAS })

/** What is wrong with a schema, as a sentence, or `null` if it can be used. */
export function schemaProblem(schema: unknown): string | null {
  return judge(schema).problem
}

/** The problems of a value; empty if it fits. If the schema cannot be used, that is the only problem. */
export function checkAgainstSchema(schema: unknown, value: unknown): readonly SchemaProblem[] {
  const judged = judge(schema)
  if (judged.problem !== null) return [{ path: '', reason: `cannot be checked: ${judged.problem}` }]
  try {
    const work = workOf(judged.profile, value, MAX_WORK)
    if (work > MAX_WORK) return [{ path: '', reason: TOO_MUCH_WORK }]
    const isSmall =
      !judged.hasReferredAlternatives && countValues(value, MAX_WORK_FOR_ALL) * judged.size <= MAX_WORK_FOR_ALL
    resetPatternTime()
    const validate = isSmall ? (judged.all ??= compileSchema(judged.draft, judged.schema, true)) : judged.first
    return validate(value) ? [] : describeErrors(validate.errors ?? [], value)
  } catch (error) {
    // The validator recurses for each level of the value if the schema is recursive.
    const why = error instanceof RangeError ? 'it is nested too deeply, or the schema has no end' : messageOf(error)
    return [{ path: '', reason: `cannot be checked against its schema: ${why}` }]
  }
}

const TOO_MUCH_WORK =
  'cannot be checked against its schema: it has too many values for as many rules, so check a smaller one'

function judge(schema: unknown): Judged {
  if (typeof schema !== 'boolean' && (typeof schema !== 'object' || schema === null || Array.isArray(schema))) {
    return { problem: 'the schema has to be a JSON object, such as { "type": "object" }' }
  }
  const unfit = typeof schema === 'object' ? unfitness(schema) : null
  if (unfit !== null) return { problem: `the schema ${unfit}` }
  const text = textOf(schema)
  if (text === null) return { problem: 'the schema has to be JSON' }
  const remembered = known.get(text)
  if (remembered !== undefined) return remembered
  if (Buffer.byteLength(text) > MAX_SCHEMA_BYTES) return { problem: `the schema ${TOO_LARGE}` }
  // A copy, because the caller may change its own.
  const judged = read(JSON.parse(text) as object | boolean)
  known.set(text, judged)
  return judged
}

function textOf(schema: object | boolean): string | null {
  try {
    return JSON.stringify(schema)
  } catch {
    return null
  }
}

function read(schema: object | boolean): Judged {
  const draft = draftOf(schema)
  if (draft === null) {
    return {
      problem: 'its $schema is none that can be used: write it for draft 2020-12, 2019-09, draft-07 or draft-06',
    }
  }
  if (typeof schema === 'object' && '$async' in schema) {
    return { problem: 'the schema has the key $async, which is not JSON Schema: leave it out' }
  }
  const meta = judgeOf(draft)
  resetPatternTime()
  try {
    if (meta.validateSchema(typeof schema === 'object' ? { ...schema, $schema: META_IDS[draft] } : schema) !== true) {
      const [worst] = describeErrors(meta.errors ?? [], schema)
      const { path, reason } = worst ?? { path: '', reason: 'breaks the rules of its draft' }
      return { problem: `${path === '' ? 'the schema' : `${path} of the schema`} ${reason}` }
    }
    const first = compileSchema(draft, schema, false)
    const weights = weigh(schema)
    if (weights.problem !== null) return { problem: `the schema ${weights.problem}` }
    const size = countValues(schema, MAX_SCHEMA_BYTES)
    return { ...weights, draft, schema, size, first, all: undefined }
  } catch (error) {
    return { problem: whyNotCompiled(error) }
  }
}

const META_IDS: Readonly<Record<Draft, string>> = {
  '2020-12': 'https://json-schema.org/draft/2020-12/schema',
  '2019-09': 'https://json-schema.org/draft/2019-09/schema',
  'draft-07': 'http://json-schema.org/draft-07/schema#',
}

const drafts: ReadonlyMap<string, Draft> = new Map([
  ['json-schema.org/draft/2020-12/schema', '2020-12'],
  ['json-schema.org/draft/2019-09/schema', '2019-09'],
  ['json-schema.org/draft-07/schema', 'draft-07'],
  ['json-schema.org/draft-06/schema', 'draft-07'],
])

/** Without `$schema`: the newest. */
function draftOf(schema: object | boolean): Draft | null {
  const named: unknown = typeof schema === 'object' ? Reflect.get(schema, '$schema') : undefined
  if (named === undefined) return '2020-12'
  if (typeof named !== 'string') return null
  const written = named.replace(/^https?:\/\//, '').replace(/#$/, '')
  return drafts.get(written) ?? null
}

function whyNotCompiled(error: unknown): string {
  if (error instanceof Error && 'missingRef' in error) {
    return `the schema refers to ${shorten(String(error.missingRef))}, which is not in it: references cannot leave the schema, so copy that part into $defs`
  }
  if (error instanceof PatternError) return error.message
  if (error instanceof RangeError) return 'the schema refers to itself without end: let it ask for something in between'
  return `the schema cannot be used: ${shorten(messageOf(error))}`
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
