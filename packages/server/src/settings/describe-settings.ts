import type { Setting } from './setting.ts'
import { settings } from './settings.ts'

/** What help and documentation print about one setting. */
export interface SettingDescription {
  readonly env: string
  /** The default as it is printed; `null`: the setting is required. */
  readonly default: string | null
  /** Sentences in Markdown. */
  readonly description: string
  readonly secret: boolean
  /** A shell command that prints a valid value. */
  readonly make: string | null
}

/** Every setting, in the order of the documentation. */
export function describeSettings(): SettingDescription[] {
  return Object.values<Setting<unknown>>(settings).map((setting) => {
    const { env, description, secret = false, make = null, defaultText } = setting
    const value = 'default' in setting ? (defaultText ?? String(setting.default)) : null
    return { env, default: value, description, secret, make }
  })
}
