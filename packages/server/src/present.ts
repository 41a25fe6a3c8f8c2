/** `object` without its undefined members, for inputs where absent and undefined differ. */
export type Present<T> = { [K in keyof T as undefined extends T[K] ? never : K]: T[K] } & {
  [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>
}

export function present<T extends object>(object: T): Present<T> {
  const result: Record<string, unknown> = {}
  for (const [key, value] of Object.entries(object)) if (value !== undefined) result[key] = value
  return result as Present<T>
}

export const time = (ms: number): string => new Date(ms).toISOString()

export const timeOrNull = (ms: number | null): string | null => (ms === null ? null : time(ms))
