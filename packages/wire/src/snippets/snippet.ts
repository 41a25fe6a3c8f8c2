/** Code that verifies a dialect's requests in another language, made from the dialect: for receivers that cannot use this package. */
import type { Dialect } from '../dialect.ts'
import { java } from './java.ts'
import { javascript } from './javascript.ts'
import { php } from './php.ts'
import { planOf } from './plan-of.ts'
import type { Plan, Printed, SnippetParameter } from './plan.ts'
import { python } from './python.ts'
import { ruby } from './ruby.ts'

/** In the order in which they are shown. */
export const snippetLanguages = ['python', 'javascript', 'ruby', 'php', 'java'] as const

export type { SnippetParameter } from './plan.ts'

export type SnippetLanguage = (typeof snippetLanguages)[number]

export interface Snippet extends Printed {
  language: SnippetLanguage
  /** What people call the language: `JavaScript`. */
  title: string
  /**
   * The name of the function: `verify`, or `read` if the dialect does not sign. In Java it is a static method of
   * `Webhook`.
   */
  entry: Plan['entry']
  /** Its parameters, in this order. `now` is optional and last in Python, JavaScript, Ruby and PHP. */
  parameters: readonly SnippetParameter[]
}

const languages: Record<SnippetLanguage, { title: string; print: (plan: Plan) => Printed }> = {
  python: { title: 'Python', print: python },
  javascript: { title: 'JavaScript', print: javascript },
  ruby: { title: 'Ruby', print: ruby },
  php: { title: 'PHP', print: php },
  java: { title: 'Java', print: java },
}

/**
 * A complete program text that verifies requests of a dialect, with the standard library of its language (Python needs
 * `cryptography` for asymmetric keys). It returns the parsed body (Java: its text), and throws if it refuses the
 * request. For asymmetric keys it accepts public keys only, see `publicKeyOf`.
 *
 * @param dialect a whole dialect, as data
 * @param language one of `snippetLanguages`
 * @throws {WireError} `invalid_dialect`
 * @example
 * const { code, needs } = snippet(dialect('standard').dialect, 'python')
 * // needs: ['Python 3.9'], code: 'import base64\nimport hashlib\n...'
 */
export function snippet(dialect: Dialect, language: SnippetLanguage): Snippet {
  const plan = planOf(dialect)
  const { title, print } = languages[language]
  return { language, title, ...print(plan), entry: plan.entry, parameters: plan.parameters }
}
