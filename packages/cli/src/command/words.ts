import { Argument, Option } from 'commander'

/** What a command is called, what it takes, and what its help says. */
export interface Words {
  readonly name: string
  /** For the list of commands: a few words in lower case. */
  readonly summary: string
  /** For its own help and the documentation: sentences. */
  readonly description: string
  readonly arguments?: readonly Argument[]
  readonly options?: readonly Option[]
  /** Command lines. */
  readonly examples: readonly string[]
  /**
   * Paragraphs below the examples, wrapped to the width of the terminal. A paragraph with line breaks is printed as it is; a
   * function makes one for a width.
   */
  readonly notes?: readonly (string | ((columns: number) => string))[]
}

/** `<app>` is required, `[app]` is not. */
export function argument(term: string, description: string, initial?: string): Argument {
  const made = new Argument(term, description)
  return initial === undefined ? made : made.default(initial)
}

/**
 * An option. `read` gets its text, and for a repeated option what it returned before; it throws InvalidArgumentError.
 * `initial` is the value without the option.
 */
export function option<T = string>(
  flags: string,
  description: string,
  read?: (text: string, before: T | undefined) => T,
  initial?: T,
): Option {
  const made = new Option(flags, description)
  if (read !== undefined) made.argParser(read)
  return initial === undefined ? made : made.default(initial)
}

/** Arguments that several commands have. */
export const appArgument = argument('<app>', 'application: its id or uid')
export const optionalAppArgument = argument('[app]', 'application: its id or uid')
export const presetArgument = argument('<name>', 'preset')
export const dialectArgument = argument('<name>', 'dialect')
export const endpointArgument = argument('<endpoint>', 'endpoint: its id or uid')
export const optionalEndpointArgument = argument('[endpoint]', 'endpoint: its id or uid')
