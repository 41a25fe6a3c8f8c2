/** The value that a text means, or the reason why the text is not valid: "It must be ...". */
export type Reading<T> = { readonly value: T } | { readonly problem: string }

/** The definition of one setting. Reading, errors, `posthorn serve --help` and docs/operating.md all use it. */
export interface Setting<T> {
  /** Its name in the environment. */
  readonly env: `POSTHORN_${string}`
  /** Sentences in Markdown, without a line break. */
  readonly description: string
  readonly read: (text: string) => Reading<T>
  /** The value when the environment does not set it. Without a default the setting is required. */
  readonly default?: T
  /** What the documentation prints as the default when the value says too little, as `null` does. */
  readonly defaultText?: string
  /** Its value is never printed. */
  readonly secret?: true
  /** A shell command that prints a valid value. */
  readonly make?: string
}
