/** Where the references of a schema lead. */

export type Schema = Readonly<Record<string, unknown>>

export type Resolve = (from: Schema, reference: string) => readonly unknown[]

/** The targets of references, by the rules of `$id`. A dynamic reference can have several: any of them may apply. */
export function resolver(root: object): Resolve {
  const bases = new Map<object, string>()
  const targets = new Map<string, unknown[]>()
  const remember = (name: string, target: unknown): void => {
    targets.set(name, [...(targets.get(name) ?? []), target])
  }
  const visit = (value: unknown, base: string): void => {
    if (typeof value !== 'object' || value === null) return
    const { $id, $anchor, $dynamicAnchor } = value as Schema
    let here = base
    if (typeof $id === 'string' && !Array.isArray(value)) {
      const url = urlOf($id, base)
      // In draft-07 a fragment is an anchor.
      if (url !== null && url.hash.length > 1) remember(url.href, value)
      else if (url !== null) remember((here = url.href.replace(/#$/, '')), value)
    }
    bases.set(value, here)
    for (const anchor of [$anchor, $dynamicAnchor])
      if (typeof anchor === 'string') for (const name of [`${here}#${anchor}`, `#${anchor}`]) remember(name, value)
    for (const inner of Object.values(value)) visit(inner, here)
  }
  remember(ROOT, root)
  visit(root, ROOT)

  return (from, reference) => {
    const base = bases.get(from) ?? ROOT
    const url = urlOf(reference, base)
    if (url === null) return []
    const whole = url.href.replace(/#$/, '')
    const fragment = url.hash
    if (Object.hasOwn(from, '$dynamicRef') && from['$dynamicRef'] === reference && targets.has(fragment))
      return targets.get(fragment)!
    const known = targets.get(whole)
    // A recursive reference (2019-09) may also lead to the outermost schema.
    if (known !== undefined && from['$recursiveRef'] === reference) return [...new Set([...known, root])]
    if (known !== undefined) return known
    const resource = targets.get(whole.slice(0, whole.length - fragment.length))?.[0]
    if (!fragment.startsWith('#/') || resource === undefined) return []
    const target = pointed(resource, fragment.slice(2).split('/'))
    return target === undefined ? [] : [target]
  }
}

const ROOT = 'https://schema.invalid/root'

function pointed(value: unknown, escaped: readonly string[]): unknown {
  let at = value
  for (const part of escaped) {
    const key = unescaped(part)
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, key)) return undefined
    at = Reflect.get(at, key)
  }
  return at
}

function unescaped(part: string): string {
  try {
    return decodeURIComponent(part).replaceAll('~1', '/').replaceAll('~0', '~')
  } catch {
    return part
  }
}

/** `URL.parse`, which Node 20 does not have. */
function urlOf(reference: string, base: string): URL | null {
  return URL.canParse(reference, base) ? new URL(reference, base) : null
}
