/**
 * A generated part of a page stands between two comments:
 *
 *     <!-- generated: NAME (npm run docs) -->
 *     ...
 *     <!-- end of NAME -->
 *
 * Answers the page with this text between them. Throws when the page does not have both comments exactly once.
 */
export function withPart(page: string, name: string, text: string): string {
  const begin = `<!-- generated: ${name} (npm run docs) -->\n`
  const end = `<!-- end of ${name} -->`
  const [before, inside, ...more] = page.split(begin)
  const [, after, ...ends] = inside?.split(end) ?? []
  if (before === undefined || after === undefined || more.length > 0 || ends.length > 0)
    throw new Error(
      `The comments around the generated part "${name}" must be in the page exactly once:\n${begin}${end}`,
    )
  return `${before}${begin}\n${text.trim()}\n\n${end}${after}`
}
