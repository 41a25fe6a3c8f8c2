/**
 * Markdown (CommonMark, with GitHub's tables) around texts that come from outside. They are escaped, so that none of
 * them can end a table cell, begin a heading or a list, or become HTML.
 */

/** Text in a line: a title, a sentence, a cell. It becomes one line. */
export function inline(text: string): string {
  return oneLine(text)
    .replace(/[\\`*_[\]~$#]/g, '\\$&')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('|', '&#124;')
    .replace(/^(\d+)([.)])/, '$1\\$2')
    .replace(/^[+=-]/, '\\$&')
}

/** A name or value, as code. Where backticks do not work, as with some characters in a table, a `<code>` element. */
export function code(text: string): string {
  const line = oneLine(text)
  if (line !== '' && line === text && !/[`|\\]/.test(line)) return `\`${line}\``
  return `<code>${entities(line)}</code>`
}

/** A block of code. Its fence is longer than any that stands in it. */
export function fenced(text: string, language: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([ticks]) => ticks.length))
  const fence = '`'.repeat(longest + 1)
  return `${fence}${language}\n${text.replace(/\n$/, '')}\n${fence}`
}

/** @param level 1 to 6; what is deeper is a 6 */
export function heading(level: number, text: string): string {
  return `${'#'.repeat(Math.min(level, 6))} ${inline(text)}`
}

/** Cells are Markdown: `inline` and `code` make some that fit. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
  return [line(head), `|${'---|'.repeat(head.length)}`, ...rows.map(line)].join('\n')
}

/** @param items Markdown, one line each */
export function steps(items: readonly string[]): string {
  return items.map((item, index) => `${index + 1}. ${item}`).join('\n')
}

/** @param items Markdown, one line each */
export function bullets(items: readonly string[]): string {
  return items.map((item) => `- ${item}`).join('\n')
}

/**
 * A block that is shown after a click on its summary.
 *
 * @param summary plain text: Markdown has no meaning in it, because HTML surrounds it
 * @param content Markdown
 */
export function collapsed(summary: string, content: string): string {
  return `<details>\n<summary>${entities(oneLine(summary))}</summary>\n\n${content}\n\n</details>`
}

/** Escapes everything that HTML or Markdown could interpret. */
function entities(text: string): string {
  return text.replace(/[!-/:-@[-`{-~]/g, (character) =>
    /[-.,:]/.test(character) ? character : `&#${character.charCodeAt(0)};`,
  )
}

function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\s]+/gu, ' ').trim()
}
