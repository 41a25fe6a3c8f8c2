import type { PresetProblem } from './json-at.ts'
import { parseEventTypes } from './parse-event-types.ts'
import { parseParams, parseTexts } from './parse-lists.ts'
import { parsePolicy } from './parse-policy.ts'
import { parsePresetDialect } from './parse-preset-dialect.ts'
import { parseRules } from './parse-rules.ts'
import { parseSources } from './parse-sources.ts'
import { parseTest } from './parse-test.ts'
import { parseWords } from './parse-words.ts'
import { PresetFiles } from './preset-files.ts'
import type { Preset } from '../preset.ts'

/** A preset, or every problem with it. */
export type ParsedPreset =
  | { readonly ok: true; readonly preset: Preset }
  | { readonly ok: false; readonly problems: readonly PresetProblem[] }

/** The members of `preset.json`, in the order in which people read them. */
const members = [
  'name',
  'title',
  'description',
  'dialect',
  'policy',
  'rules',
  'params',
  'platforms',
  'eventTypes',
  'test',
  'words',
  'sources',
] as const satisfies readonly (keyof Preset)[]

/**
 * Parses the preset of a folder, from the name of the folder and the JSON of its files. Valid JSON is not copied.
 *
 * @example
 * parsePreset('acme', new Map([['preset.json', { name: 'acme', titel: 'Acme' }]]))
 * // { ok: false, problems: [{ file: 'preset.json', path: 'titel', reason: 'is not known here: did you mean "title"?' }, ...] }
 */
export function parsePreset(folder: string, json: ReadonlyMap<string, unknown>): ParsedPreset {
  const files = new PresetFiles(json)
  const root = files.read('preset.json').object(members)
  const dialect = parsePresetDialect(root.get('dialect'), files)
  const platforms = parseTexts(root.get('platforms').or([]))
  const eventTypes = parseEventTypes(root.get('eventTypes'), { platforms, dialect: dialect.spoken, files })
  const name = root.get('name').textLike(/^[a-z0-9-]{1,64}$/, '1 to 64 lower-case letters, digits and dashes')
  if (name !== '' && name !== folder) root.get('name').refuse(`must be the name of its folder, "${folder}"`)
  const preset: Preset = {
    name,
    title: root.get('title').text(),
    description: root.get('description').text(),
    dialect: dialect.name,
    definition: dialect.definition,
    policy: parsePolicy(root.get('policy')),
    rules: parseRules(root.get('rules')),
    params: parseParams(root.get('params'), dialect.spoken),
    platforms,
    eventTypes,
    test: parseTest(root.get('test').or(null), eventTypes),
    words: parseWords(root.get('words')),
    sources: parseSources(root.get('sources'), root.value),
  }
  files.refuseUnread()
  return files.problems.length === 0 ? { ok: true, preset } : { ok: false, problems: files.problems }
}
