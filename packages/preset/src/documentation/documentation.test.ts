import { dialect, verify } from '@posthorn/wire'
import { describe, expect, test } from 'vitest'
import { documentPreset } from './documentation.ts'
import type { Preset } from '../preset.ts'

/** A vendor that does not exist. */
const lighthouse: Preset = {
  name: 'lighthouse',
  title: 'Lighthouse',
  description: 'Lamps, fog horns and who looks after them.',
  dialect: 'scalefusion',
  definition: null,
  policy: {
    retrySchedule: [5, 90, 300, 7200],
    timeoutSeconds: 10,
    httpsOnly: true,
    minSecretLength: 12,
    terminalCodes: [400, 410],
  },
  rules: {
    activation: 'step',
    subscription: 'explicit',
    maxEndpoints: 1,
    facts: { lamps: { type: 'number', description: 'How many lamps there are.', example: 1 } },
    requires: [
      {
        before: ['activate', 'subscribe'],
        kind: 'readiness',
        facts: { lamps: { $gte: 1 } },
        because: 'There is no lamp yet.',
        remedy: 'Add a lamp.',
      },
    ],
  },
  params: {},
  platforms: ['Rock', 'Ship'],
  eventTypes: [
    {
      name: 'lamp.lost',
      title: 'Lamp lost',
      category: 'Lamps',
      description: 'A lamp went out | or <b>broke</b>.',
      platforms: ['Rock'],
      params: {},
      sample: null,
      schema: null,
    },
    {
      name: 'lamp.lit',
      title: 'Lamp lit',
      category: 'Lamps',
      description: 'A lamp was lit.',
      platforms: null,
      params: {},
      sample: { lamp: 7, keeper: 'Zoë' },
      schema: { type: 'object', properties: { lamp: { type: 'number' } } },
    },
    {
      name: 'horn.blown',
      title: 'Horn blown',
      category: 'Horns',
      description: 'A horn was blown.',
      platforms: ['Ship'],
      params: {},
      sample: { horn: 1 },
      schema: null,
    },
  ],
  test: null,
  words: { de: { supportedEvents: 'Ereignisse', endpoint: 'Turm', request: 'Nachricht', activate: 'Einschalten' } },
  sources: {},
}
const { dialect: scalefusion } = dialect('scalefusion')

describe('the page of a vendor', async () => {
  const page = await documentPreset(lighthouse, scalefusion, 'en')
  const headings = (text: string): string[] => text.replace(/^```[\s\S]*?^```$/gm, '').match(/^#+ .*$/gm) ?? []

  test('has a section for every question', () => {
    expect(headings(page)).toEqual([
      '# Lighthouse',
      '## Configure',
      '## Event types',
      '### Lamps',
      '### Horns',
      '## Response',
      '## Payload',
      '### Request',
      '### Secret',
      '### Signature',
      '### Verify the signature',
      '#### Python',
      '#### JavaScript',
      '#### Ruby',
      '#### PHP',
      '#### Java',
      '### Example',
      '### Response',
      '### Good to know',
    ])
  })

  test('says what its rules ask for', () => {
    expect(page).toContain(
      '**Endpoint**: give the **URL** that takes the requests, `https:` only. There can be one only.',
    )
    expect(page).toContain('**Secret**: set one, at least 12 characters')
    expect(page).toContain('**Activate**: it begins switched off, and nothing can be subscribed to before this.')
    expect(page).toContain('Without a choice nothing is sent.')
    expect(page).toContain('- **Activate**, **Subscribe**: There is no lamp yet. Add a lamp.')
  })

  test('says how it delivers', () => {
    expect(page).toContain('There are 5 attempts. The wait after a failure is 5 s, 90 s, 5 min, then 2 h.')
    expect(page).toContain('An attempt without a response after 10 s is a failure.')
    expect(page).toContain('After 400 or 410 there is no further attempt.')
  })

  test('shows where each event exists, with texts that cannot break the table', () => {
    expect(page).toContain('| Event type | Event | Description | Rock | Ship |')
    expect(page).toContain(
      '| `lamp.lost` | Lamp lost | A lamp went out &#124; or &lt;b&gt;broke&lt;/b&gt;. | yes | no |',
    )
    expect(page).toContain('| `lamp.lit` | Lamp lit | A lamp was lit. | yes | yes |')
    expect(page).toContain('| `horn.blown` | Horn blown | A horn was blown. | no | yes |')
  })

  test('has samples and schemas, folded away', () => {
    expect(page).toContain('<summary>lamp.lit: Sample</summary>')
    expect(page).toContain('<summary>lamp.lit: JSON schema</summary>')
    expect(page).not.toContain('lamp.lost: Sample')
  })

  test('its example is the first sample that there is, and it verifies', async () => {
    const blocks = [...page.matchAll(/^```json\n([\s\S]*?)^```$/gm)].map(([, text = '']) => text)
    const { request, secrets, sentAt } = JSON.parse(blocks.at(-1)!) as {
      request: { headers: [string, string][]; body: string }
      secrets: string[]
      sentAt: number
    }
    const result = await verify(request, { dialect: scalefusion, secrets, now: sentAt })
    expect(result).toMatchObject({ ok: true, messages: [{ type: 'lamp.lit', payload: { lamp: 7, keeper: 'Zoë' } }] })
  })
})

test('headings are in the words of the vendor, in the language that is asked for', async () => {
  const page = await documentPreset(lighthouse, scalefusion, 'de')
  expect(page).toContain('## Event types (Ereignisse)\n')
  expect(page).toContain('### Request (Nachricht)\n')
  expect(page).toContain('**Endpoint (Turm)**: give the')
  expect(page).toContain('\n\nWords in brackets are those of the German screens.\n\n')
  expect(page).not.toMatch(/^#+ (?:Ereignisse|Nachricht|Turm)/m)
  expect(page).toContain('**Activate (Einschalten)**: it begins switched off')
  expect(await documentPreset(lighthouse, scalefusion, 'ja')).toContain('## Event types\n')
})

test("a word that the vendor has in English only is the vendor's in every language", async () => {
  const english: Preset = { ...lighthouse, words: { ...lighthouse.words, en: { endpoint: 'Tower', logs: 'Log book' } } }
  expect(await documentPreset(english, scalefusion, 'ja')).toContain('**Tower**: give the')
  expect(await documentPreset(english, scalefusion, 'de')).toContain('**Tower (Turm)**: give the')
})

test('one key for a whole application, no rules, and a vendor that tries once', async () => {
  const plain: Preset = {
    ...lighthouse,
    policy: { retrySchedule: [], timeoutSeconds: 60, httpsOnly: false, minSecretLength: 0, terminalCodes: [] },
    rules: { activation: 'immediate', subscription: 'all', maxEndpoints: null, facts: {}, requires: [] },
    platforms: [],
  }
  const page = await documentPreset(plain, dialect('screenmeet').dialect, 'en')
  expect(page).toContain('**Signing key**: the **Application** has one for everything that it sends.')
  expect(page).toContain('### Signing key\n')
  expect(page).toContain('or nothing to get all of them')
  expect(page).toContain('There is one attempt; a failure is not retried.')
  expect(page).toContain('| Event type | Event | Description |\n')
  expect(page).not.toContain('need something first')
})

test('a vendor without samples and signatures has a page too', async () => {
  const bare: Preset = { ...lighthouse, eventTypes: [], params: { claim: 'claim-1' } }
  const page = await documentPreset(bare, dialect('autoflex').dialect, 'nl')
  expect(page).toContain('GET /hooks?id=claim-1 HTTP/1.1')
  expect(page).not.toContain('## Event types')
})
