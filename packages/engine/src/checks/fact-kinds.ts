import type { Facts } from '@posthorn/model'
import type { Preset } from '@posthorn/preset'
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
