import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'

/**
 * Presets from their folders: a vendor's whole system as data. Everything is checked when it is read, and an error names
 * the file and the member in it.
 */

export interface Preset {
  readonly name: string
  readonly title: string
  /** Name of the wire format. */
  readonly dialect: string
  readonly policy: PresetPolicy
  /** Example values of an application, for dialects that carry some. */
  readonly params: Readonly<Record<string, string>>
  /** Columns of the support matrix; empty when the vendor has none. */
  readonly platforms: readonly string[]
  readonly eventTypes: readonly PresetEventType[]
  /** Where a value comes from, by path; what has no entry is stated in the vendor's webhook document. */
  readonly sources: Readonly<Record<string, Source>>
}

interface PresetPolicy {
  /** Seconds between attempts; `[]` is no retry. */
  readonly retrySchedule: readonly number[]
  readonly timeoutSeconds: number
  readonly httpsOnly: boolean
  readonly minSecretLength: number
  /** Response codes after which there is no further attempt. */
  readonly terminalCodes: readonly number[]
}

export interface PresetEventType {
  readonly name: string
  readonly title: string
  readonly category: string
  readonly description: string
  /** Where the event exists; `null`: the vendor makes no difference. */
  readonly platforms: readonly string[] | null
  /** Example values of a message. */
  readonly params: Readonly<Record<string, string>>
  /** An example payload, without the envelope; `null` when there is none. */
  readonly sample: Readonly<Record<string, unknown>> | null
}

/** `P` public documentation or receiver code, `I` inferred, `U` unknown (a setting), `S` stated by the vendor. */
interface Source {
  readonly mark: 'S' | 'P' | 'I' | 'U'
  readonly note: string
}

export class PresetError extends Error {
  override readonly name = 'PresetError'
  readonly file: string

  constructor(file: string, path: string, reason: string) {
    super(`${file}: ${path === '' ? '' : `${path} `}${reason}`)
    this.file = file
  }
}

/** All presets of a folder, in the order of their names. */
export function loadPresets(folder: string): Preset[] {
  const names = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory())
  return names.map((entry) => loadPreset(folder, entry.name)).toSorted((a, b) => (a.name < b.name ? -1 : 1))
}

function loadPreset(folder: string, name: string): Preset {
  const at = new Reader(join(folder, name, 'preset.json'), folder)
  const json = at.object('', at.json())
  at.only('', json, ['name', 'title', 'dialect', 'policy', 'params', 'platforms', 'eventTypes', 'sources'])
  if (json['name'] !== name) at.fail('name', `must be the folder's name, "${name}"`)
  const platforms = at.texts('platforms', json['platforms'] ?? [])
  const preset: Preset = {
    name,
    title: at.text('title', json['title']),
    dialect: at.text('dialect', json['dialect']),
    policy: policy(at, at.object('policy', json['policy'])),
    params: at.textRecord('params', json['params'] ?? {}),
    platforms,
    eventTypes: at
      .list('eventTypes', json['eventTypes'])
      .map((value, index) => eventType(at, `eventTypes[${index}]`, value, platforms, join(folder, name))),
    sources: sources(at, json['sources'] ?? {}, json),
  }
  const seen = new Set<string>()
  for (const [index, { name: type }] of preset.eventTypes.entries()) {
    if (seen.has(type)) at.fail(`eventTypes[${index}].name`, `"${type}" stands in the list twice`)
    seen.add(type)
  }
  return preset
}

function policy(at: Reader, json: Json): PresetPolicy {
  at.only('policy', json, ['retrySchedule', 'timeoutSeconds', 'httpsOnly', 'minSecretLength', 'terminalCodes'])
  const httpsOnly = json['httpsOnly'] ?? false
  if (typeof httpsOnly !== 'boolean') at.fail('policy.httpsOnly', 'must be true or false')
  return {
    retrySchedule: at
      .list('policy.retrySchedule', json['retrySchedule'])
      .map((wait, index) => at.number(`policy.retrySchedule[${index}]`, wait, 1, 7 * 86_400)),
    timeoutSeconds: at.number('policy.timeoutSeconds', json['timeoutSeconds'], 1, 60),
    httpsOnly,
    minSecretLength: at.number('policy.minSecretLength', json['minSecretLength'] ?? 0, 0, 64),
    terminalCodes: at
      .list('policy.terminalCodes', json['terminalCodes'] ?? [])
      .map((code, index) => at.number(`policy.terminalCodes[${index}]`, code, 100, 599)),
  }
}

function eventType(
  at: Reader,
  path: string,
  value: unknown,
  platforms: readonly string[],
  folder: string,
): PresetEventType {
  const json = at.object(path, value)
  at.only(path, json, ['name', 'title', 'category', 'description', 'platforms', 'params', 'sample'])
  const name = at.text(`${path}.name`, json['name'])
  if (!/^[A-Za-z0-9_.-]{1,256}$/.test(name)) at.fail(`${path}.name`, 'may hold letters, digits, "-", "_" and "."')
  const own = json['platforms'] === undefined ? null : at.texts(`${path}.platforms`, json['platforms'])
  const unknown = own?.find((platform) => !platforms.includes(platform))
  if (unknown !== undefined) at.fail(`${path}.platforms`, `"${unknown}" is not one of the preset's platforms`)
  return {
    name,
    title: at.text(`${path}.title`, json['title']),
    category: at.text(`${path}.category`, json['category']),
    description: at.text(`${path}.description`, json['description']),
    platforms: own,
    params: at.textRecord(`${path}.params`, json['params'] ?? {}),
    sample: json['sample'] === undefined ? null : sample(at, `${path}.sample`, json['sample'], name, folder),
  }
}

function sample(
  at: Reader,
  path: string,
  value: unknown,
  name: string,
  folder: string,
): Readonly<Record<string, unknown>> {
  const file = at.text(path, value)
  if (file !== `samples/${name}.json`) at.fail(path, `must be "samples/${name}.json"`)
  const inside = new Reader(join(folder, file), join(folder, '..'))
  return inside.object('', inside.json())
}

function sources(at: Reader, value: unknown, json: Json): Record<string, Source> {
  const found: Record<string, Source> = {}
  for (const [path, entry] of Object.entries(at.object('sources', value))) {
    const source = at.object(`sources["${path}"]`, entry)
    at.only(`sources["${path}"]`, source, ['mark', 'note'])
    const { mark } = source
    if (mark !== 'S' && mark !== 'P' && mark !== 'I' && mark !== 'U') {
      return at.fail(`sources["${path}"].mark`, 'must be S, P, I or U')
    }
    if (!resolves(json, path.split('/'))) at.fail(`sources["${path}"]`, 'names nothing in this preset')
    found[path] = { mark, note: source['note'] === undefined ? '' : at.text(`sources["${path}"].note`, source['note']) }
  }
  return found
}

/** Whether a path of `sources` names something: members by name, event types by theirs, `*` any. */
function resolves(value: unknown, path: readonly string[]): boolean {
  const [part, ...rest] = path
  if (part === undefined) return value !== undefined
  if (Array.isArray(value)) {
    return value.some((item: Json) => (part === '*' || item['name'] === part) && resolves(item, rest))
  }
  return (
    typeof value === 'object' && value !== null && Object.hasOwn(value, part) && resolves((value as Json)[part], rest)
  )
}

type Json = Record<string, unknown>

/** Reads one file and refuses what is not of its form. */
class Reader {
  readonly #path: string
  readonly #name: string

  constructor(path: string, root: string) {
    this.#path = path
    this.#name = join('presets', relative(root, path))
  }

  fail(path: string, reason: string): never {
    throw new PresetError(this.#name, path, reason)
  }

  json(): unknown {
    let text: string
    try {
      text = readFileSync(this.#path, 'utf8')
    } catch (error) {
      return this.fail('', `cannot be read: ${(error as Error).message}`)
    }
    try {
      return JSON.parse(text)
    } catch (error) {
      return this.fail('', `is not JSON: ${(error as Error).message}`)
    }
  }

  object(path: string, value: unknown): Json {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return this.fail(path, 'must be an object')
    return value as Json
  }

  only(path: string, value: Json, names: readonly string[]): void {
    const unknown = Object.keys(value).find((name) => !names.includes(name))
    if (unknown !== undefined) this.fail(path, `has an unknown member "${unknown}"; known: ${names.join(', ')}`)
  }

  list(path: string, value: unknown): unknown[] {
    if (!Array.isArray(value)) return this.fail(path, 'must be a list')
    return value
  }

  text(path: string, value: unknown): string {
    if (typeof value !== 'string' || value.trim() === '') return this.fail(path, 'must be a text that is not empty')
    return value
  }

  texts(path: string, value: unknown): string[] {
    return this.list(path, value).map((item, index) => this.text(`${path}[${index}]`, item))
  }

  textRecord(path: string, value: unknown): Record<string, string> {
    const entries = Object.entries(this.object(path, value))
    return Object.fromEntries(entries.map(([name, item]) => [name, this.text(`${path}.${name}`, item)]))
  }

  number(path: string, value: unknown, least: number, most: number): number {
    if (typeof value !== 'number' || !Number.isInteger(value) || value < least || value > most) {
      return this.fail(path, `must be a whole number from ${least} to ${most}`)
    }
    return value
  }
}
