/** The path of a value in JSON, as people write it: `visitor.additional`, `devices[0].name`, `headers["X-Id"]`. */
export function childPath(parent: string, segment: string | number): string {
  if (typeof segment === 'number') return `${parent}[${segment}]`
  if (!PLAIN_NAME.test(segment)) return `${parent}[${JSON.stringify(shorten(segment))}]`
  return parent === '' ? segment : `${parent}.${segment}`
}

const PLAIN_NAME = /^[$\w-]{1,100}$/

/** Keys come from strangers and may be a megabyte long. */
export function shorten(text: string): string {
  return text.length > 100 ? `${text.slice(0, 100)}...` : text
}

/** The steps of a path (see `childPath`): member names as texts, positions in a list as numbers. */
export function pathSteps(path: string): (string | number)[] {
  const steps = path.matchAll(/\[(?<place>\d+)\]|\[(?<quoted>"(?:[^"\\]|\\.)*")\]|(?<name>[^.[]+)/g)
  return Array.from(steps, ({ groups: { place, quoted, name } = {} }) => {
    if (place !== undefined) return Number(place)
    return quoted === undefined ? (name ?? '') : (JSON.parse(quoted) as string)
  })
}
