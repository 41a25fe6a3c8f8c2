/** The words of a page. */
import type { WordKey } from '../preset.ts'

/** Every word: the vendor's, or ours where it has none. */
export type AllWords = Readonly<Record<WordKey, string>>
