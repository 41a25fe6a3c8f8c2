import { describeSettings } from '@posthorn/server/settings'
import { code, table } from './markdown.ts'

/** docs/operating.md: every setting of the server. */
export function settingsTable(): string {
  const rows = describeSettings().map(({ env, default: value, description, secret, make }) => [
    code(env),
    value === null ? 'required' : / /.test(value) || value === 'none' ? value : code(value),
    `${description}${make === null ? '' : ` To make one: ${code(make)}.`}`,
    secret ? 'yes' : '',
  ])
  return table(['setting', 'default', 'what it does', 'secret'], rows)
}
