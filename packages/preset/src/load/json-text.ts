import { findNodeAtLocation, parseTree, printParseErrorCode, type Node, type ParseError } from 'jsonc-parser'
import { pathSteps } from '../json/field-path.ts'
import type { Position } from '../errors.ts'

/** The JSON of a file, or the first place where it is invalid. */
export type JsonText =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly at: Position; readonly reason: string }

const strict = { disallowComments: true, allowTrailingComma: false }

/** Reads strict JSON: no comments, no trailing commas, no repeated members. */
export function readJson(text: string): JsonText {
  const errors: ParseError[] = []
  const tree = parseTree(text, errors, strict)
  const [error] = errors
  if (error) {
    const wrong = printParseErrorCode(error.error)
      .replaceAll(/(?<=[a-z])(?=[A-Z])/g, ' ')
      .toLowerCase()
    return { ok: false, at: positionAt(text, error.offset), reason: `is not JSON: ${wrong}` }
  }
  const twin = tree && secondOfTwins(tree)
  if (twin) {
    const name = JSON.stringify(twin.value)
    return { ok: false, at: positionAt(text, twin.offset), reason: `has the member ${name} twice` }
  }
  return { ok: true, value: JSON.parse(text) as unknown }
}

/** The position of a path in a text. For a missing value, the position where it should be. */
export function positionOf(text: string, path: string): Position {
  const tree = parseTree(text)
  const steps = pathSteps(path)
  for (let length = steps.length; tree && length > 0; length--) {
    const node = findNodeAtLocation(tree, steps.slice(0, length))
    if (node) return positionAt(text, node.offset)
  }
  return positionAt(text, tree?.offset ?? 0)
}

function positionAt(text: string, offset: number): Position {
  const before = text.slice(0, offset).split('\n')
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 }
}

/** The name of a member that is repeated in its object. A parser would silently keep the last. */
function secondOfTwins(node: Node): Node | null {
  const seen = new Set<unknown>()
  for (const child of node.children ?? []) {
    const [name] = node.type === 'object' ? (child.children ?? []) : []
    if (name && seen.has(name.value)) return name
    if (name) seen.add(name.value)
    const inside = secondOfTwins(child)
    if (inside) return inside
  }
  return null
}
