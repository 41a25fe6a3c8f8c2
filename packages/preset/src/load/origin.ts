import { positionOf } from './json-text.ts'
import type { LocatedProblem } from '../errors.ts'

/** A file that was read. */
export interface TextFile {
  readonly path: string
  readonly text: string
}

/**
 * The files from which the JSON of presets was read, so that a later check can name file and line. It is not a member
 * of the preset, because it must not get into a response of the API.
 */
const origins = new WeakMap<object, TextFile>()

export function remember(value: unknown, file: TextFile): void {
  if (typeof value === 'object' && value !== null) origins.set(value, file)
}

/** Locates a problem in JSON that was read from a file. `otherwise` is the name for JSON without a file. */
export function locate(json: object, otherwise: string, problem: { path: string; reason: string }): LocatedProblem {
  const file = origins.get(json)
  return file === undefined ? { file: otherwise, at: null, ...problem } : locateIn(file, problem)
}

export function locateIn(file: TextFile, { path, reason }: { path: string; reason: string }): LocatedProblem {
  return { file: file.path, at: positionOf(file.text, path), path, reason }
}
