/**
 * Prints a vendor's whole webhook system as a page for its customers. The page is generated from the preset, so it
 * cannot be out of date.
 */
import { documentDialect, markdown, type Dialect, type DocumentSample } from '@posthorn/wire'
import { eventSection } from './event-section.ts'
import { deliverySection } from './delivery-section.ts'
import { setUpSection } from './set-up-section.ts'
import type { AllWords } from './words.ts'
import { ownWords, type Language, type Preset, type WordKey } from '../preset.ts'

/**
 * Markdown about a vendor: how to set up, which events there are and where, how they are delivered, and its wire format
 * with a real example and code that verifies. The page is English. For another language the vendor's words for that language stand beside
 * the English ones, because its customers have them on their screens.
 *
 * @param dialect the wire format that `preset.dialect` names
 * @returns the page; it ends with a line end
 * @throws {WireError} when the dialect is invalid, or the sample of the first event type cannot be sent in it
 * @example
 * const page = await documentPreset(preset, dialect('scalefusion').dialect, 'en')
 */
export async function documentPreset(preset: Preset, dialect: Dialect, language: Language): Promise<string> {
  const words = wordsIn(preset, language)
  const isForAll = dialect.signatures.some(({ key }) => key.scope === 'app')
  const wire = await documentDialect(dialect, {
    sample: sampleOf(preset),
    words: { ...words, secret: isForAll ? words.signingKey : words.secret },
    title: words.requestPayload,
    level: 2,
  })
  const sections = [
    markdown.heading(1, preset.title),
    markdown.inline(preset.description),
    ...(hasOwnWords(preset, language) ? [screenNote(language)] : []),
    ...setUpSection(preset, dialect, words),
    ...eventSection(preset, words),
    ...deliverySection(preset, dialect, words),
    wire,
  ]
  return sections.filter((section) => section !== '').join('\n\n')
}

/** The message of the example: the sample of the first event type that has one, or else what a test sends. */
function sampleOf({ eventTypes, test, params }: Preset): DocumentSample {
  const eventType = eventTypes.find(({ sample }) => sample !== null) ?? eventTypes[0]
  return {
    type: eventType?.name ?? test?.eventType ?? 'example',
    payload: JSON.stringify(eventType?.sample ?? test?.payload ?? {}),
    params: { ...params, ...eventType?.params },
  }
}

/** A word that the vendor has in English only is better than ours, which its customers have never seen. */
function wordsIn(preset: Preset, language: Language): AllWords {
  const english: AllWords = { ...ownWords, ...preset.words.en }
  if (language === 'en') return english
  const own = preset.words[language] ?? {}
  const both = Object.entries(own).flatMap(([key, word]) => {
    const inEnglish = english[key as WordKey]
    return word === undefined || word === inEnglish ? [] : [[key, `${inEnglish} (${word})`] as const]
  })
  return { ...english, ...Object.fromEntries(both) }
}

function hasOwnWords(preset: Preset, language: Language): boolean {
  return language !== 'en' && Object.keys(preset.words[language] ?? {}).length > 0
}

const languageNames: Readonly<Record<Exclude<Language, 'en'>, string>> = { de: 'German', ja: 'Japanese', nl: 'Dutch' }

function screenNote(language: Language): string {
  return language === 'en' ? '' : `Words in brackets are those of the ${languageNames[language]} screens.`
}
