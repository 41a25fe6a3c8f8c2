import type { Dialect } from '@posthorn/wire'
import type { JsonAt } from './json-at.ts'
import { parseParams, parseTexts, refuseTwins } from './parse-lists.ts'
import type { PresetFiles } from './preset-files.ts'
import type { PresetEventType } from '../preset.ts'

/** What an event type refers to. */
interface Surroundings {
  readonly platforms: readonly string[]
  readonly dialect: Dialect | null
  readonly files: PresetFiles
}

export function parseEventTypes(json: JsonAt, around: Surroundings): PresetEventType[] {
  const items = json.list()
  if (Array.isArray(json.value) && items.length === 0) json.refuse('must have at least one event type')
  refuseTwins(items.map((item) => item.get('name')).filter((name) => typeof name.value === 'string'))
  return items.map((item) => parseEventType(item, around))
}

function parseEventType(json: JsonAt, { platforms, dialect, files }: Surroundings): PresetEventType {
  const type = json.object(['name', 'title', 'category', 'description', 'platforms', 'params', 'sample', 'schema'])
  const name = type
    .get('name')
    .textLike(/^(?!\.{1,2}$)[A-Za-z0-9_.-]{1,256}$/, '1 to 256 letters, digits, -, _ and dots, and not "." or ".."')
  const own = type.get('platforms').or(null)
  return {
    name,
    title: type.get('title').text(),
    category: type.get('category').text(),
    description: type.get('description').text(),
    platforms: own.value === null ? null : parseTexts(own, { texts: platforms, as: 'the platforms of this preset' }),
    params: parseParams(type.get('params'), dialect),
    sample: parseSample(type.get('sample'), name, files),
    schema: parseSchema(type.get('schema'), files),
  }
}

/** The file has the name of its event type. */
function parseSample(json: JsonAt, eventType: string, files: PresetFiles): PresetEventType['sample'] {
  if (json.isAbsent || eventType === '') return null
  const file = `samples/${eventType}.json`
  const sample = files.read(file)
  if (json.value !== file) json.refuse(`must be "${file}"`)
  else if (sample.isAbsent) json.refuse(`names ${file}, and there is no such file`)
  else return sample.anyObject()
  return null
}

/** Event types with the same payload may share one. */
function parseSchema(json: JsonAt, files: PresetFiles): PresetEventType['schema'] {
  if (json.isAbsent) return null
  const name = json.textLike(/^schemas\/[A-Za-z0-9_.-]+\.json$/, 'a JSON file of schemas/, such as "schemas/ping.json"')
  if (name === '') return null
  const schema = files.read(name)
  if (!schema.isAbsent) return schema.anyObject()
  json.refuse(`names ${name}, and there is no such file`)
  return null
}
