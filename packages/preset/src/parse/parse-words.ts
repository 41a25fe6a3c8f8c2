import type { JsonAt } from './json-at.ts'
import { languages, ownWords, type Preset, type Words } from '../preset.ts'

export function parseWords(json: JsonAt): Preset['words'] {
  const words = json.or({}).object(languages)
  const found = languages
    .map((language) => [language, words.get(language)] as const)
    .filter(([, of]) => !of.isAbsent)
    .map(([language, of]) => [language, parseLanguage(of)])
  return Object.fromEntries(found) as Preset['words']
}

function parseLanguage(json: JsonAt): Words {
  const words = json.object(Object.keys(ownWords))
  return Object.fromEntries(words.entries().map(([key, word]) => [key, word.text()]))
}
