/** The words of a page. */
import type { WordKey } from '../preset.ts'

/** Every word: the vendor's, or our default. */
export type AllWords = Readonly<Record<WordKey, string>>
