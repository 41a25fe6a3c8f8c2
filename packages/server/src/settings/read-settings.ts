import { nearestWord } from '@posthorn/wire'
import type { Reading, Setting } from './setting.ts'
import { isFromKubernetes } from './kubernetes.ts'
import { settings, type SettingName, type Settings, type SettingValues } from './settings.ts'

/** The environment has settings that are not valid. Every problem is listed, with what to do. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError'
  readonly problems: readonly string[]

  constructor(problems: readonly string[]) {
    super(`Posthorn cannot start with these settings:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`)
    this.problems = problems
  }
}

type Environment = Readonly<Record<string, string | undefined>>

/**
 * Reads the settings from an environment. A `POSTHORN_...` name that is not a setting is an error, because a typing
 * mistake must not silently become a default. Names of the tests (`POSTHORN_TEST_...`) and the names in `foreign` are
 * ignored: they belong to other programs. So are those that Kubernetes sets; `ignored` names them.
 *
 * @throws {SettingsError}
 */
export function readSettings(all: Environment, foreign: readonly string[] = []): Settings {
  const ignored = Object.keys(all).filter((key) => isFromKubernetes(key, all[key] ?? ''))
  const env = Object.fromEntries(Object.entries(all).filter(([key]) => !ignored.includes(key)))
  const problems = unknownNames(env, foreign)
  const values: Partial<Record<SettingName, unknown>> = {}
  for (const [name, setting] of entries) {
    const reading = readOne(setting, env[setting.env])
    if ('problem' in reading) problems.push(reading.problem)
    else values[name] = reading.value
  }
  if (problems.length > 0) throw new SettingsError(problems)
  return { ...(values as SettingValues), ignored }
}

const entries = Object.entries(settings) as [SettingName, Setting<unknown>][]

function unknownNames(env: Environment, foreign: readonly string[]): string[] {
  const known: readonly string[] = entries.map(([, setting]) => setting.env)
  const unknown = Object.keys(env).filter(
    (key) =>
      key.startsWith('POSTHORN_') &&
      !key.startsWith('POSTHORN_TEST_') &&
      !known.includes(key) &&
      !foreign.includes(key),
  )
  return unknown.map((key) => {
    const meant = nearestWord(key, known)
    return `${key} is not a setting. ${meant === null ? `The settings are ${known.join(', ')}.` : `Did you mean ${meant}?`}`
  })
}

function readOne(setting: Setting<unknown>, text: string | undefined): Reading<unknown> {
  const { env, description } = setting
  // An empty value counts as not set, as in a compose file with `POSTHORN_EXTRA_CA=`.
  if (text === undefined || text === '') {
    if ('default' in setting) return { value: setting.default }
    return { problem: `${env} is required and not set. ${description}${makeText(setting)}` }
  }
  const reading = setting.read(text)
  if (!('problem' in reading)) return reading
  // Without the value: it may be a secret, or a URL with a password.
  return { problem: `${env} is not valid. ${reading.problem}${makeText(setting)}` }
}

function makeText({ make }: Setting<unknown>): string {
  return make === undefined ? '' : ` To make one: ${make}`
}
