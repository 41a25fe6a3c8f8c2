/** A value that cannot stand in the path of a request: nothing was sent. */
export class PathError extends TypeError {
  override readonly name = 'PathError'
}

/**
 * One segment of a path. Nothing else in a program builds one.
 *
 * @param value an id or a name
 * @param what what it is, for the error: `params.app_id`
 * @throws {PathError} it is empty, or `.` or `..`: URLs fold these, so the request would go to another resource
 * @example
 * pathSegment('a/b', 'params.msg_id') // 'a%2Fb'
 */
export function pathSegment(value: string | undefined, what: string): string {
  if (value === undefined || value === '') throw new PathError(`${what} is missing.`)
  if (value === '.' || value === '..')
    throw new PathError(`${what} is "${value}": in the path of a URL that means another address. Nothing was sent.`)
  return encodeURIComponent(value)
}
