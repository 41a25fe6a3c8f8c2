/** Which events there are, on which platforms, and what each one looks like. */
import { markdown } from '@posthorn/wire'
import type { AllWords } from './words.ts'
import type { Preset, PresetEventType } from '../preset.ts'

export function eventSection({ eventTypes, platforms }: Preset, words: AllWords): string[] {
  if (eventTypes.length === 0) return []
  const categories = [...new Set(eventTypes.map(({ category }) => category))]
  return [
    markdown.heading(2, words.supportedEvents),
    ...categories.flatMap((category) => {
      const own = eventTypes.filter((eventType) => eventType.category === category)
      return [
        ...(category === '' ? [] : [markdown.heading(3, category)]),
        supportTable(own, platforms, words),
        ...own.flatMap((eventType) => details(eventType, words)),
      ]
    }),
  ]
}

function supportTable(eventTypes: readonly PresetEventType[], columns: readonly string[], words: AllWords): string {
  const head = [words.eventType, words.event, words.description, ...columns].map(markdown.inline)
  const rows = eventTypes.map(({ name, title, description, platforms }) => [
    markdown.code(name),
    markdown.inline(title),
    markdown.inline(description),
    ...columns.map((column) => (platforms === null || platforms.includes(column) ? 'yes' : 'no')),
  ])
  return markdown.table(head, rows)
}

/** Collapsed, because samples and schemas are long and a reader needs one at a time. */
function details({ name, params, sample, schema }: PresetEventType, words: AllWords): string[] {
  const values = Object.entries(params)
  return [
    ...(sample === null && values.length === 0
      ? []
      : [
          markdown.collapsed(
            `${name}: ${words.sample}`,
            [
              ...(sample === null ? [] : [jsonBlock(sample)]),
              ...(values.length === 0
                ? []
                : [
                    markdown.table(
                      ['Parameter', 'Value'],
                      values.map(([key, value]) => [markdown.code(key), markdown.code(value)]),
                    ),
                  ]),
            ].join('\n\n'),
          ),
        ]),
    ...(schema === null ? [] : [markdown.collapsed(`${name}: JSON schema`, jsonBlock(schema))]),
  ]
}

function jsonBlock(value: unknown): string {
  return markdown.fenced(JSON.stringify(value, null, 2), 'json')
}
