import { EngineError } from '../errors.ts'

/**
 * A PUT. Whether it creates or replaces is decided in the turn of what it names, so both are given.
 *
 * `uid`: `undefined` is a PUT that does not say it.
 */
export interface Put<Input, Patch> {
  readonly uid: string | null | undefined
  readonly create: Input
  readonly replace: Patch
}

export interface Written<Row> {
  readonly row: Row
  readonly created: boolean
}

/**
 * Repeats what another node's change of the same name made void, three times at most: whoever creates and deletes one name faster than
 * this is told so.
 *
 * @throws EngineError `conflict`
 */
export async function untilDecided<T>(work: () => Promise<T | null>): Promise<T> {
  for (let tries = 1; tries <= 3; tries++) {
    const result = await work()
    if (result) return result
  }
  throw new EngineError(
    'conflict',
    'Others create and delete it at this moment. Nothing was changed. Send the request again.',
  )
}

/**
 * Whether a name has the form of an id that the engine makes: `ep_` and 16 letters and digits. A PUT to such an id never creates. A PUT
 * to any other name that does not exist creates, with that name as the `uid`.
 */
export function isEngineId(prefix: 'app' | 'ep', name: string): boolean {
  return name.startsWith(`${prefix}_`) && /^[0-9A-Za-z]{16}$/.test(name.slice(prefix.length + 1))
}

/**
 * The `uid` after a PUT that replaces. Without a `uid` it takes the uid away. When it names the resource by its uid, the uid stays:
 * otherwise a second, equal PUT would not find the resource, and would create another one.
 */
export function replacedUid(
  name: string,
  { uid: current }: { readonly uid: string | null },
  given: string | null | undefined,
): string | null {
  if (given !== undefined) return given
  return name === current ? current : null
}
