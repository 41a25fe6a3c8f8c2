/** How often and how long a delivery is tried, and what counts as success. */
import { markdown, type Dialect } from '@posthorn/wire'
import type { Preset } from '../preset.ts'
import { policySentences } from './policy-sentences.ts'
import type { AllWords } from './words.ts'

export function deliverySection({ policy }: Preset, dialect: Dialect, words: AllWords): string[] {
  const accepted = dialect.receive?.replies?.accepted?.status
  const vendors = accepted === undefined ? '' : ` The vendor's own receivers answer ${accepted}.`
  return [
    markdown.heading(2, words.response),
    markdown.bullets([
      `Any answer from 200 to 299 is a success.${vendors}`,
      ...policySentences(policy).map(markdown.inline),
    ]),
  ]
}
