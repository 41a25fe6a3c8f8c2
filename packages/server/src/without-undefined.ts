/** `T` in which a member that may be undefined is absent instead. */
export type WithoutUndefined<T> = { [K in keyof T as undefined extends T[K] ? never : K]: T[K] } & {
  [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>
}

/** `object` without its undefined members. The engine's inputs tell an absent member from `undefined` (`exactOptionalPropertyTypes`). */
export function withoutUndefined<T extends object>(object: T): WithoutUndefined<T> {
  const result: Record<string, unknown> = {}
  for (const [key, value] of Object.entries(object)) if (value !== undefined) result[key] = value
  return result as WithoutUndefined<T>
}
