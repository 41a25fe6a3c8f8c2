import { jsonWithHiddenEscaped } from '@posthorn/wire'

/** JSON for standard output: hidden characters of foreign text are escaped, because it may be a terminal. The value is the same. */
export function jsonText(value: unknown, indent?: number): string {
  return jsonWithHiddenEscaped(JSON.stringify(value, null, indent))
}
