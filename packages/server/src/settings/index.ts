export { describeSettings, type SettingDescription } from './describe-settings.ts'
export { readSettings, SettingsError } from './read-settings.ts'
export type { Settings } from './settings.ts'
