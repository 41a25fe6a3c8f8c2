/** Names of variables, spelled as each language spells them. */

/** In lower case: `['sent', 'at']`. */
export type Words = readonly string[]

/** `sent_at` */
export function snake(words: Words): string {
  return words.join('_')
}

/** `sentAt` */
export function camel([first = '', ...rest]: Words): string {
  return first + rest.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('')
}
