import { describeSettings } from '@posthorn/server/settings'
import { definitionList } from '../show/definition-list.ts'

/** The settings of the server, for help of this width. */
export function settingsHelp(columns: number): string {
  const entries = describeSettings().map(({ env, description, default: value, make }) => {
    const text = description.replaceAll('`', '')
    if (value !== null) return [env, `${text} (default: ${value})`] as const
    return [env, `${text} (required${make === null ? '' : `; to make one: ${make}`})`] as const
  })
  return `Settings. A POSTHORN_... name that is not one of these is an error, except those that Kubernetes sets:\n${definitionList(entries, columns)}`
}
