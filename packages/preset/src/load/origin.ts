import { positionOf } from './json-text.ts'
import type { LocatedProblem } from '../errors.ts'

/** A file that was read. */
export interface TextFile {
  readonly path: string
  readonly text: string
}

/**
 * Where the JSON of a preset was read from, so that who finds it wrong later can name file and line. It is no member of the
 * preset: it must not get into an answer of the API.
 */
const origins = new WeakMap<object, TextFile>()

export function remember(value: unknown, file: TextFile): void {
  if (typeof value === 'object' && value !== null) origins.set(value, file)
}

/** A problem in JSON that may have come from a file; `otherwise` names it if it did not. */
export function locate(json: object, otherwise: string, problem: { path: string; reason: string }): LocatedProblem {
  const file = origins.get(json)
  return file === undefined ? { file: otherwise, at: null, ...problem } : locateIn(file, problem)
}

export function locateIn(file: TextFile, { path, reason }: { path: string; reason: string }): LocatedProblem {
  return { file: file.path, at: positionOf(file.text, path), path, reason }
}
