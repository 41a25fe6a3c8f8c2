import type { Preset } from '@posthorn/preset'

/** The presets that the applications of each organisation have. */
export class AppliedPresets {
  readonly #counts = new Map<string, Map<Preset, number>>()

  add(org: string, preset: Preset | null): void {
    this.#count(org, preset, 1)
  }

  remove(org: string, preset: Preset | null): void {
    this.#count(org, preset, -1)
  }

  /**
   * Whether an application with this preset has an event type of its organisation. It has those of its preset and those that the
   * organisation made itself, and none that came with the preset of another application. Without a preset it has all.
   */
  has(org: string, preset: Preset | null, eventType: string): boolean {
    if (!preset || names(preset).has(eventType)) return true
    for (const other of this.#counts.get(org)?.keys() ?? []) if (names(other).has(eventType)) return false
    return true
  }

  #count(org: string, preset: Preset | null, change: number): void {
    if (!preset) return
    const counts = this.#counts.get(org) ?? new Map<Preset, number>()
    const count = (counts.get(preset) ?? 0) + change
    if (count > 0) counts.set(preset, count)
    else counts.delete(preset)
    this.#counts.set(org, counts)
  }
}

/** A preset does not change. */
const known = new WeakMap<Preset, ReadonlySet<string>>()

function names(preset: Preset): ReadonlySet<string> {
  let found = known.get(preset)
  if (!found) {
    found = new Set(preset.eventTypes.map(({ name }) => name))
    known.set(preset, found)
  }
  return found
}
