import { dialects, parseDialect, WireError, type Dialect } from '@posthorn/wire'
import { guess, isObject, type JsonAt } from './json-at.ts'
import type { PresetFiles } from './preset-files.ts'

export interface PresetDialect {
  readonly name: string
  /** What `dialect.json` holds; `null`: there is none. */
  readonly definition: Dialect | null
  /** The dialect itself, built in or not; `null` when it is not known because of a problem. */
  readonly spoken: Dialect | null
}

const file = 'dialect.json'

/** The wire format of a preset: a built-in one by its name, or the folder's own. */
export function parsePresetDialect(json: JsonAt, files: PresetFiles): PresetDialect {
  const name = json.text()
  if (files.has(file)) {
    const own = files.read(file)
    const definition = parseOwn(own)
    const ownName = isObject(own.value) ? own.value['name'] : undefined
    if (typeof ownName === 'string' && name !== '' && name !== ownName)
      json.refuse(`must be "${ownName}": that is the dialect in ${file}`)
    return { name, definition, spoken: definition }
  }
  const names = dialects.map((dialect) => dialect.name)
  const spoken = dialects.find((dialect) => dialect.name === name) ?? null
  if (spoken === null && name !== '')
    json.refuse(`is no built-in dialect, and there is no ${file}${guess(name, names)}`)
  return { name, definition: null, spoken }
}

function parseOwn(json: JsonAt): Dialect | null {
  try {
    const definition = parseDialect(json.value)
    if (!dialects.some(({ name }) => name === definition.name)) return definition
    json.get('name').refuse(`"${definition.name}" is the name of a built-in dialect`)
  } catch (error) {
    if (!(error instanceof WireError)) throw error
    json.refuseInside(error.problems)
  }
  return null
}
