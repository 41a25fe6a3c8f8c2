import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { basename, join } from 'node:path'
import { PresetError, type LocatedProblem } from '../errors.ts'
import { readJson } from './json-text.ts'
import { locate, locateIn, remember, type TextFile } from './origin.ts'
import { parsePreset } from '../parse/parse-preset.ts'
import type { Preset } from '../preset.ts'

/**
 * Loads the presets in some folders, sorted by name. Each sub-folder with a `preset.json` is one.
 *
 * @throws {PresetError} with everything that is wrong with any of them
 * @example
 * loadPresets([builtInPresetFolder(), './presets'])
 */
export function loadPresets(folders: readonly string[]): Preset[] {
  const problems: LocatedProblem[] = []
  const presets = folders
    .flatMap((folder) => presetFolders(folder, problems))
    .flatMap((folder) => loadPreset(folder, problems) ?? [])
  refuseTaken(presets, problems)
  if (problems.length > 0) throw new PresetError(problems)
  return presets.toSorted((a, b) => (a.name < b.name ? -1 : 1))
}

function presetFolders(folder: string, problems: LocatedProblem[]): string[] {
  const refuse = (reason: string): string[] => {
    problems.push({ file: folder, at: null, path: '', reason })
    return []
  }
  if (!existsSync(folder)) return refuse('does not exist')
  if (!statSync(folder).isDirectory()) return refuse('is not a folder')
  const inside = readdirSync(folder)
    .toSorted()
    .map((name) => join(folder, name))
    .filter((preset) => existsSync(join(preset, 'preset.json')))
  return inside.length > 0 ? inside : refuse('holds no folder with a preset.json')
}

function loadPreset(folder: string, problems: LocatedProblem[]): Preset | null {
  const files = readFiles(folder)
  const json = new Map<string, unknown>()
  for (const [name, file] of files) {
    const read = readJson(file.text)
    if (!read.ok) {
      problems.push({ file: file.path, at: read.at, path: '', reason: read.reason })
      continue
    }
    remember(read.value, file)
    json.set(name, read.value)
  }
  // If one file cannot be read, checking the others would report problems that they do not have.
  if (json.size < files.size) return null
  const parsed = parsePreset(basename(folder), json)
  if (!parsed.ok) {
    problems.push(
      ...parsed.problems.map(({ file, ...problem }) => locateIn(files.get(file)!, problem)).toSorted(byPlace),
    )
    return null
  }
  remember(parsed.preset, files.get('preset.json')!)
  return parsed.preset
}

/** The files of a preset by their names in its folder: `preset.json`, `samples/ping.json`. */
function readFiles(folder: string): Map<string, TextFile> {
  const names = ['', 'samples', 'schemas'].flatMap((inside) => {
    const parent = join(folder, inside)
    if (!existsSync(parent)) return []
    const json = readdirSync(parent).filter((name) => name.endsWith('.json'))
    return json.toSorted().map((name) => (inside === '' ? name : `${inside}/${name}`))
  })
  return new Map(
    names.map((name) => {
      const path = join(folder, name)
      return [name, { path, text: readFileSync(path, 'utf8') }]
    }),
  )
}

function byPlace(a: LocatedProblem, b: LocatedProblem): number {
  if (a.file !== b.file) return a.file < b.file ? -1 : 1
  return (a.at?.line ?? 0) - (b.at?.line ?? 0) || (a.at?.column ?? 0) - (b.at?.column ?? 0)
}

/** Presets and dialects are found by name, so each name must be unique. */
function refuseTaken(presets: readonly Preset[], problems: LocatedProblem[]): void {
  const refuse = (path: 'name' | 'dialect', candidates: readonly Preset[]): void => {
    const first = new Map<string, Preset>()
    for (const preset of candidates) {
      const taken = first.get(preset[path])
      if (taken === undefined) first.set(preset[path], preset)
      else {
        const { file } = locate(taken, taken.name, { path, reason: '' })
        const reason = `"${preset[path]}" is taken by ${file}`
        problems.push(locate(preset, preset.name, { path, reason }))
      }
    }
  }
  refuse('name', presets)
  refuse(
    'dialect',
    presets.filter(({ definition }) => definition !== null),
  )
}
