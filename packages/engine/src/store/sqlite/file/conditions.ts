import type { SQLInputValue } from 'node:sqlite'

/** A WHERE clause that grows: text of our own, values as parameters only. */
export class Conditions {
  readonly values: SQLInputValue[] = []
  readonly #parts: string[] = []

  get sql(): string {
    return this.#parts.join(' AND ')
  }

  and(part: string, ...values: readonly SQLInputValue[]): void {
    this.#parts.push(part)
    this.values.push(...values)
  }

  anyOf(column: string, values: readonly string[]): void {
    this.and(`${column} IN (${values.map(() => '?').join(', ')})`, ...values)
  }
}
