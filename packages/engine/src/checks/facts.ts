import type { ApplicationPatch, Facts } from '@posthorn/model'
import type { Preset } from '@posthorn/preset'
import { nearestWord } from '@posthorn/wire'
import { EngineError } from '../errors.ts'

/** Facts of the type that the preset declares. @throws EngineError `invalid` */
export function checkFactKinds(facts: Facts, preset: Preset | null): void {
  for (const [name, value] of Object.entries(facts)) {
    const declared = preset && Object.hasOwn(preset.rules.facts, name) ? preset.rules.facts[name] : undefined
    if (declared && typeof value !== declared.type)
      throw new EngineError(
        'invalid',
        `${preset?.title} knows ${name} as a ${declared.type} (${declared.description}); this is a ${typeof value}.`,
        { field: `facts.${name}` },
      )
  }
}

/**
 * Facts that the preset declares: its rules would not see another name. One that is stored may be sent back, or removed.
 * @throws EngineError `invalid` with the nearest name
 */
export function checkFactNames(
  given: NonNullable<ApplicationPatch['facts']>,
  preset: Preset | null,
  before: Facts = {},
): void {
  if (!preset) return
  const known = Object.keys(preset.rules.facts)
  for (const [name, value] of Object.entries(given)) {
    if (known.includes(name)) continue
    if (Object.hasOwn(before, name) && (value === null || value === before[name])) continue
    throw unknownFact(name, preset, known)
  }
}

/**
 * Facts that were set before there was a preset. Others than its own may stay, but not one that was probably meant to be one of its own.
 * @throws EngineError `invalid`
 */
export function checkFactSpelling(facts: Facts, preset: Preset): void {
  const known = Object.keys(preset.rules.facts)
  const misspelt = Object.keys(facts).find((name) => !known.includes(name) && nearestWord(name, known) !== null)
  if (misspelt !== undefined) throw unknownFact(misspelt, preset, known)
}

function unknownFact(name: string, { title }: Preset, known: readonly string[]): EngineError {
  const nearest = nearestWord(name, known)
  const hint = nearest === null ? '' : ` Did you mean ${nearest}?`
  const list = known.length === 0 ? 'It has no facts.' : `There are: ${known.join(', ')}.`
  return new EngineError('invalid', `${title} has no fact ${JSON.stringify(name)}.${hint} ${list}`, {
    field: `facts.${name}`,
  })
}
