import { isObject, type JsonAt } from './json-at.ts'
import { marks, type Preset, type Source } from '../preset.ts'

/** Where values come from, by paths into the preset's own JSON. */
export function parseSources(json: JsonAt, preset: unknown): Preset['sources'] {
  const found = json
    .or({})
    .entries()
    .map(([path, value]): [string, Source] => {
      if (!namesSomething(preset, path.split('/'))) value.refuse('names nothing in this preset')
      const source = value.object(['mark', 'note'])
      const note = source.get('note')
      return [path, { mark: source.get('mark').oneOf(marks), note: note.isAbsent ? '' : note.text() }]
    })
  return Object.fromEntries(found)
}

/** Members by name, items of a list by their `name` or their value, `*` for all. */
function namesSomething(value: unknown, [step, ...rest]: readonly string[]): boolean {
  if (step === undefined) return value !== undefined
  const inside = Array.isArray(value)
    ? value.map((item: unknown): [unknown, unknown] => [isObject(item) ? item['name'] : item, item])
    : isObject(value)
      ? Object.entries(value)
      : []
  return inside.some(([name, member]) => (step === '*' || name === step) && namesSomething(member, rest))
}
