/**
 * Ajv, set up for schemas and values that come from outside. Loaded when it is first needed: with its formats and the
 * meta-schemas it takes some 200 ms, and most processes never check a payload.
 */
import { createRequire } from 'node:module'
import type { _, Ajv, Format, Options, ValidateFunction } from 'ajv'
import type { FormatsPlugin } from 'ajv-formats'
import { linearFormats } from './formats.ts'
import { replaceKeywords } from './keywords.ts'
import { linearPattern } from './linear-pattern.ts'

/** `draft-07` is also used for draft-06, of which it is an extension. */
export type Draft = '2020-12' | '2019-09' | 'draft-07'

type AjvClass = new (options: Options) => Ajv

interface Library {
  readonly classes: Readonly<Record<Draft, AjvClass>>
  readonly formats: Record<string, Format>
  readonly codegen: typeof _
  /** Has the meta-schema, and compiles nothing else. */
  readonly judges: Map<Draft, Ajv>
}

const require = createRequire(import.meta.url)
let loaded: Library | undefined

const regExp = Object.assign((source: string) => linearPattern(source), { code: 'linearPattern' })

const OPTIONS: Options = {
  // Unknown keywords are allowed: an author may have their own.
  strict: false,
  logger: false,
  // Without it every object would satisfy `required: ["toString"]`.
  ownProperties: true,
  // Otherwise a referenced schema is copied to each place, and a few references can generate gigabytes of code.
  inlineRefs: false,
  code: { regExp },
}

function load(): Library {
  if (loaded === undefined) {
    const { Ajv, _: codegen } = require('ajv') as { Ajv: AjvClass; _: typeof _ }
    const { Ajv2020 } = require('ajv/dist/2020.js') as { Ajv2020: AjvClass }
    const { Ajv2019 } = require('ajv/dist/2019.js') as { Ajv2019: AjvClass }
    const { default: addFormats } = require('ajv-formats') as { default: FormatsPlugin }
    const formats = linearFormats(new Ajv({ meta: false }), addFormats)
    const classes = { '2020-12': Ajv2020, '2019-09': Ajv2019, 'draft-07': Ajv }
    loaded = { classes, formats, codegen, judges: new Map() }
  }
  return loaded
}

/** An instance that checks schemas against the rules of their draft: `validateSchema`. */
export function judgeOf(draft: Draft): Ajv {
  const { classes, formats, codegen, judges } = load()
  let judge = judges.get(draft)
  if (judge === undefined) {
    judge = new classes[draft]({ ...OPTIONS, formats })
    replaceKeywords(judge, codegen)
    judges.set(draft, judge)
  }
  return judge
}

/**
 * A validator of a schema that has been checked. It has its own instance: an instance remembers the `$id` of every
 * schema it has seen, so one tenant's schema could refer to another's. Schemas are never loaded from elsewhere.
 */
export function compileSchema(draft: Draft, schema: object | boolean, allErrors: boolean): ValidateFunction {
  const { classes, formats, codegen } = load()
  const ajv = new classes[draft]({ ...OPTIONS, formats, allErrors, meta: false, validateSchema: false })
  replaceKeywords(ajv, codegen)
  return ajv.compile(schema)
}
