import { JsonAt, type PresetProblem } from './json-at.ts'

/**
 * The JSON of a preset's folder by file name (`preset.json`, `samples/ping.json`), which of them were read, and the
 * problems.
 */
export class PresetFiles {
  readonly problems: PresetProblem[] = []
  readonly #files: ReadonlyMap<string, unknown>
  readonly #read = new Set<string>()

  constructor(files: ReadonlyMap<string, unknown>) {
    this.#files = files
  }

  has(file: string): boolean {
    return this.#files.has(file)
  }

  /** The JSON of a file; absent where there is no such file. */
  read(file: string): JsonAt {
    this.#read.add(file)
    return new JsonAt(this.#files.get(file), file, this.problems)
  }

  /** Refuses files that nothing names: a name is misspelled, or the file was forgotten. */
  refuseUnread(): void {
    for (const file of this.#files.keys()) {
      if (!this.#read.has(file)) this.problems.push({ file, path: '', reason: 'is not named in preset.json' })
    }
  }
}
