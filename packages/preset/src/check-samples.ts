import { compile, dialect, type WireMessage } from '@posthorn/wire'
import { checkAgainstSchema, schemaProblem } from './schema/check-schema.ts'
import { PresetError, type LocatedProblem } from './errors.ts'
import { locate } from './load/origin.ts'
import type { Preset, PresetEventType } from './preset.ts'

/**
 * Checks the examples of presets: each must fit its schema and be sendable in the dialect. Loading does not check them,
 * because a command that sends one sample should not wait for the library that checks schemas.
 *
 * @throws {PresetError} with everything that is wrong with any of them
 */
export function checkSamples(presets: readonly Preset[]): void {
  const problems = presets.flatMap((preset) => {
    const unusable = schemaProblems(preset)
    return unusable.length > 0 ? unusable : exampleProblems(preset)
  })
  if (problems.length > 0) throw new PresetError(problems)
}

function schemaProblems({ name, eventTypes }: Preset): LocatedProblem[] {
  const schemas = new Set(eventTypes.map(({ schema }) => schema).filter((schema) => schema !== null))
  return [...schemas].flatMap((schema) => {
    const reason = schemaProblem(schema)
    return reason === null ? [] : locate(schema, `${name}/schemas`, { path: '', reason })
  })
}

function exampleProblems(preset: Preset): LocatedProblem[] {
  const compiled = preset.definition === null ? dialect(preset.dialect) : compile(preset.definition)
  return examplesOf(preset).flatMap(({ type, payload, problem }) => {
    const wrong = type.schema === null ? [] : checkAgainstSchema(type.schema, payload)
    const params = { ...preset.params, ...type.params }
    const refusal = compiled.check({ ...message, type: type.name, payload: JSON.stringify(payload), params })
    return [
      ...wrong.map(({ path, reason }) => problem(path, reason)),
      ...(refusal === null ? [] : [problem('', `cannot be sent as ${preset.dialect}: ${refusal.message}`)]),
    ]
  })
}

/** The fields that presets do not define. Any values that can be sent will do. */
const message = {
  id: 'msg_0KN9sJvZpmcvRzjf',
  occurredAt: 0,
  acceptedAt: 0,
  claim: '6f2d1f0a-3c58-4f0e-9a52-6a2f7f1f9d10',
} as const satisfies Partial<WireMessage>

/** An example payload of a preset. */
interface Example {
  readonly type: PresetEventType
  readonly payload: Readonly<Record<string, unknown>>
  /** A problem at a path in the payload, with its place in a file. */
  readonly problem: (path: string, reason: string) => LocatedProblem
}

function examplesOf(preset: Preset): Example[] {
  const samples = preset.eventTypes.flatMap((type): Example[] => {
    const { sample } = type
    if (sample === null) return []
    const file = `${preset.name}/samples/${type.name}.json`
    return [{ type, payload: sample, problem: (path, reason) => locate(sample, file, { path, reason }) }]
  })
  const payload = preset.test?.payload
  const type = preset.eventTypes.find(({ name }) => name === preset.test?.eventType)
  if (!payload || !type) return samples
  const file = `${preset.name}/preset.json`
  const problem = (path: string, reason: string): LocatedProblem =>
    locate(preset, file, { path: path === '' ? 'test.payload' : `test.payload.${path}`, reason })
  return [...samples, { type, payload, problem }]
}
