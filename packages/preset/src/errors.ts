/** A line and a column, as editors count them: from 1. */
export interface Position {
  readonly line: number
  readonly column: number
}

/** One problem, with a place that an editor can open. */
export interface LocatedProblem {
  readonly file: string
  /** `null`: the file as a whole, or a folder. */
  readonly at: Position | null
  /** Path of the value; empty for the whole file. */
  readonly path: string
  readonly reason: string
}

/** Presets that cannot be used. The message has a line for each problem: `file:line:column path reason`. */
export class PresetError extends Error {
  override readonly name = 'PresetError'
  readonly problems: readonly LocatedProblem[]

  constructor(problems: readonly LocatedProblem[]) {
    super(problems.map(line).join('\n'))
    this.problems = problems
  }
}

function line({ file, at, path, reason }: LocatedProblem): string {
  const place = at === null ? file : `${file}:${at.line}:${at.column}`
  return [place, path, reason].filter((part) => part !== '').join(' ')
}
