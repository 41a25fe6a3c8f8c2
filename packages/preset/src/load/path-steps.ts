/** The steps of a path (see `childPath`): member names as texts, places in a list as numbers. */
export function pathSteps(path: string): (string | number)[] {
  const steps = path.matchAll(/\[(?<place>\d+)\]|\[(?<quoted>"(?:[^"\\]|\\.)*")\]|(?<name>[^.[]+)/g)
  return Array.from(steps, ({ groups: { place, quoted, name } = {} }) => {
    if (place !== undefined) return Number(place)
    return quoted === undefined ? (name ?? '') : (JSON.parse(quoted) as string)
  })
}
