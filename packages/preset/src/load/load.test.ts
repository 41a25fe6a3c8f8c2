import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { loadPresets } from './load.ts'
import { acme, inFolder, presetFolder } from '../testing/acme.ts'

/** What is told about the presets in these files, without the path of the folder. */
function complaint(files: Readonly<Record<string, string>>): string {
  using folder = presetFolder(files)
  try {
    loadPresets([folder.path])
    return ''
  } catch (error) {
    return (error as Error).message.replaceAll(`${folder.path}/`, '')
  }
}

test('a preset comes out with everything that it has', () => {
  using folder = presetFolder(inFolder('acme', acme))
  const [preset] = loadPresets([folder.path])
  expect(preset).toMatchObject({
    name: 'acme',
    dialect: 'rocket',
    definition: { name: 'rocket' },
    policy: { retrySchedule: [5, 60], httpsOnly: true, minSecretLength: 8, terminalCodes: [400] },
    rules: { activation: 'step', subscription: 'explicit', maxEndpoints: 3 },
    params: { pad: '39A' },
    test: { eventType: 'rocket.landed', payload: { name: 'Test' } },
    words: { en: { endpoint: 'Pad' } },
  })
  expect(preset?.rules.requires[0]?.before).toEqual(['activate', 'subscribe'])
  expect(preset?.sources['policy/timeoutSeconds']).toEqual({ mark: 'U', note: '' })
  const [started, landed] = preset?.eventTypes ?? []
  expect(started).toMatchObject({ platforms: ['Earth'], params: { pad: '39B' }, sample: { name: 'Zoë' } })
  expect(landed).toMatchObject({ platforms: null, params: {}, sample: null })
  expect(landed?.schema).toBe(started?.schema)
})

test('what a preset leaves out has its default', () => {
  const least = {
    name: 'least',
    title: 'Least',
    description: 'As little as there can be.',
    dialect: 'standard',
    policy: { retrySchedule: [], timeoutSeconds: 10 },
    eventTypes: [{ name: 'ping', title: 'Ping', category: 'All', description: 'A sign of life.' }],
  }
  using folder = presetFolder({ 'least/preset.json': JSON.stringify(least) })
  expect(loadPresets([folder.path])).toEqual([
    {
      ...least,
      definition: null,
      policy: { retrySchedule: [], timeoutSeconds: 10, httpsOnly: false, minSecretLength: 0, terminalCodes: [] },
      rules: { activation: 'immediate', subscription: 'all', maxEndpoints: null, facts: {}, requires: [] },
      params: {},
      platforms: [],
      eventTypes: [{ ...least.eventTypes[0], platforms: null, params: {}, sample: null, schema: null }],
      test: null,
      words: {},
      sources: {},
    },
  ])
})

describe('what is wrong is told with file, line, column and path:', () => {
  test.each<[what: string, from: string, to: string, complaint: string]>([
    [
      'an unknown member',
      '"title": "Acme"',
      '"title": "Acme", "polcy": {}',
      '3:29 polcy is not known here: did you mean "policy"?',
    ],
    [
      'an unknown member inside',
      '"timeoutSeconds": 10',
      '"timeoutSeconds": 10, "httpOnly": 1',
      '8:39 policy.httpOnly is not known here: did you mean "httpsOnly"?',
    ],
    ['a member that is missing', '"title": "Acme",', '', '1:1 title is missing'],
    ['a member that is missing inside', '"title": "Started",', '', '34:5 eventTypes[0].title is missing'],
    ['another name than its folder', '"acme"', '"acne"', '2:11 name must be the name of its folder, "acme"'],
    [
      'a name that no preset can have',
      '"acme"',
      '"Acme Inc."',
      '2:11 name must be 1 to 64 lower-case letters, digits and dashes',
    ],
    ['a text that is empty', '"Acme"', '""', '3:12 title must be a text that is not empty, without spaces around it'],
    [
      'a dialect that is not the one of its folder',
      '"rocket"',
      '"standard"',
      '5:14 dialect must be "rocket": that is the dialect in dialect.json',
    ],
    [
      'a wait that is no number',
      '[5, 60]',
      '[5, "60"]',
      '7:26 policy.retrySchedule[1] must be a whole number from 1 to 604800',
    ],
    ['a flag that is none', 'true', '"yes"', '9:18 policy.httpsOnly must be true or false'],
    ['no list where one belongs', '[400]', '400', '11:22 policy.terminalCodes must be a list'],
    [
      'an activation that does not exist',
      '"step"',
      '"later"',
      '14:19 rules.activation must be one of immediate, toggle, step',
    ],
    [
      'a fact of an unknown type',
      '"number"',
      '"integer"',
      '18:28 rules.facts.rockets.type must be one of number, boolean, string',
    ],
    [
      'an example of another type than its fact',
      '"example": 2',
      '"example": "2"',
      '18:87 rules.facts.rockets.example must be a number',
    ],
    [
      'a requirement that the examples do not meet',
      '"example": 2',
      '"example": 0',
      '25:18 rules.requires[0].facts does not hold for the examples of the facts',
    ],
    [
      'a fact with a name that it cannot have',
      '"rockets": { "type"',
      '"our rockets": { "type"',
      '18:22 rules.facts["our rockets"] cannot be the name of a fact: a letter, then up to 63 letters, digits and _',
    ],
    [
      'a step that does not exist',
      '"activate"',
      '"fly"',
      '23:20 rules.requires[0].before[0] must be one of configure, activate, subscribe, send',
    ],
    [
      'a step twice',
      '"activate", "subscribe"',
      '"subscribe", "subscribe"',
      '23:33 rules.requires[0].before[1] "subscribe" stands in the list twice',
    ],
    ['no step', '["activate", "subscribe"]', '[]', '23:19 rules.requires[0].before must name a step'],
    [
      'a step that never comes',
      '"activation": "step",',
      '',
      '23:20 rules.requires[0].before[0] never comes: rules.activation is "immediate"',
    ],
    [
      'a fact that is not declared',
      '{ "rockets": { "$gte"',
      '{ "rocket": { "$gte"',
      '25:41 rules.requires[0].facts.$and[0].rocket is not declared in rules.facts: did you mean "rockets"?',
    ],
    [
      'a fact that is compared with another type',
      '"$gte": 1',
      '"$gte": "1"',
      '25:52 rules.requires[0].facts.$and[0].rockets.$gte must be a number, as the fact is',
    ],
    [
      'an operator that does not exist',
      '"$gte"',
      '"$gt3"',
      '25:52 rules.requires[0].facts.$and[0].rockets.$gt3 is not an operator: did you mean $gt? (a field whose name begins with "$" cannot be filtered by)',
    ],
    [
      'a parameter that the dialect does not have',
      '"params": { "pad"',
      '"params": { "pod"',
      '31:22 params.pod is no parameter of the dialect rocket: did you mean "pad"?',
    ],
    [
      'a platform twice',
      '["Earth", "Moon"]',
      '["Earth", "Moon", "Moon"]',
      '32:34 platforms[2] "Moon" stands in the list twice',
    ],
    [
      'a platform that is not listed',
      '["Earth"]',
      '["Mars"]',
      '39:21 eventTypes[0].platforms[0] "Mars" is not one of the platforms of this preset',
    ],
    [
      'an event type twice',
      '"rocket.landed"',
      '"rocket.started"',
      '45:15 eventTypes[1].name "rocket.started" stands in the list twice',
    ],
    [
      'a category that is no text',
      '"category": "Flights"',
      '"category": null',
      '37:19 eventTypes[0].category must be a text that is not empty, without spaces around it',
    ],
    [
      'a sample of another name',
      '"samples/rocket.started.json"',
      '"samples/start.json"',
      '41:17 eventTypes[0].sample must be "samples/rocket.started.json"',
    ],
    [
      'a schema outside its folder',
      '"schemas/rocket.json"',
      '"../rocket.json"',
      '42:17 eventTypes[0].schema must be a JSON file of schemas/, such as "schemas/ping.json"',
    ],
    [
      'a schema that is not there',
      '"schemas/rocket.json"',
      '"schemas/rockets.json"',
      '42:17 eventTypes[0].schema names schemas/rockets.json, and there is no such file',
    ],
    [
      'a test of an unknown event type',
      '"eventType": "rocket.landed"',
      '"eventType": "rocket.lost"',
      '52:26 test.eventType "rocket.lost" is not one of eventTypes',
    ],
    [
      'a test of an event type without sample',
      ', "payload": { "name": "Test" }',
      '',
      '52:26 test.eventType "rocket.landed" has no sample; give it one, or a test.payload',
    ],
    ['words of an unknown language', '"en": {', '"eng": {', '54:12 words.eng is not known here: did you mean "en"?'],
    [
      'a word that is not ours',
      '"endpoint":',
      '"endpiont":',
      '54:25 words.en.endpiont is not known here: did you mean "endpoint"?',
    ],
    [
      'a mark that does not exist',
      '"U"',
      '"X"',
      '57:40 sources["policy/timeoutSeconds"].mark must be one of S, P, I, U',
    ],
    [
      'a source of nothing',
      '"policy/timeoutSeconds"',
      '"policy/timeout"',
      '57:23 sources["policy/timeout"] names nothing in this preset',
    ],
    ['a comment', '"title"', '// Acme\n  "title"', '3:3 is not JSON: invalid comment token'],
    ['a comma at the end', '"mark": "I" }\n  }', '"mark": "I" },\n  }', '61:3 is not JSON: property name expected'],
    ['a member twice', '"title": "Acme",', '"title": "Acme",\n  "title": "Acme",', '4:3 has the member "title" twice'],
  ])('%s', (_what, from, to, expected) => {
    // One slip may have consequences further down: they are told after it.
    const files = inFolder('acme', acme, { file: 'preset.json', from, to })
    expect(complaint(files).split('\n')[0]).toBe(`acme/preset.json:${expected}`)
  })

  test.each<[what: string, file: string, from: string, to: string, complaint: string]>([
    [
      'a dialect of a form that it cannot have',
      'dialect.json',
      '"POST"',
      '"PATCH"',
      '6:26 request.method must be one of POST, PUT, GET',
    ],
    [
      'a dialect that breaks a law',
      'dialect.json',
      '{ "$": "type" }',
      '"x"',
      '1:1 absent must name type, or type must have a place',
    ],
    [
      'a dialect with the name of a built-in one',
      'dialect.json',
      '"rocket"',
      '"svix"',
      '2:11 name "svix" is the name of a built-in dialect',
    ],
    [
      'a sample that is no object',
      'samples/rocket.started.json',
      '{\n  "name": "Zoë",\n  "stages": 2\n}',
      '\n 2',
      '2:2 must be an object',
    ],
    ['a sample that is no JSON', 'samples/rocket.started.json', '2\n', '2x\n', '3:14 is not JSON: invalid symbol'],
  ])('%s', (_what, file, from, to, expected) => {
    const files = inFolder('acme', acme, { file, from, to })
    expect(complaint(files).split('\n')[0]).toBe(`acme/${file}:${expected}`)
  })

  test('a sample that is not there', () => {
    const { 'samples/rocket.started.json': _, ...others } = acme
    expect(complaint(inFolder('acme', others))).toBe(
      'acme/preset.json:41:17 eventTypes[0].sample names samples/rocket.started.json, and there is no such file',
    )
  })

  test('a file that nothing names', () => {
    expect(complaint(inFolder('acme', { ...acme, 'samples/rocket.lost.json': '{}' }))).toBe(
      'acme/samples/rocket.lost.json:1:1 is not named in preset.json',
    )
  })

  test('a dialect that does not exist', () => {
    const { 'dialect.json': _, ...others } = acme
    const files = inFolder('acme', others, { file: 'preset.json', from: '"rocket"', to: '"standart"' })
    expect(complaint(files)).toBe(
      'acme/preset.json:5:14 dialect is no built-in dialect, and there is no dialect.json: did you mean "standard"?',
    )
  })

  test('everything at once, file by file and from top to bottom', () => {
    const broken = inFolder('acme', { ...acme, 'dialect.json': '{}' }, { file: 'preset.json', from: 'true', to: '1' })
    const other = inFolder('empty', { 'preset.json': '[]' })
    expect(complaint({ ...broken, ...other }).split('\n')).toEqual([
      'acme/dialect.json:1:1 name is missing',
      'acme/dialect.json:1:1 title is missing',
      'acme/dialect.json:1:1 version is missing',
      'acme/dialect.json:1:1 request is missing',
      'acme/dialect.json:1:1 body is missing',
      'acme/dialect.json:1:1 signatures is missing',
      'acme/preset.json:9:18 policy.httpsOnly must be true or false',
      'empty/preset.json:1:1 must be an object',
    ])
  })
})

describe('folders', () => {
  test('one that does not exist says so', () => {
    expect(() => loadPresets(['/nowhere/presets'])).toThrow(/^\/nowhere\/presets does not exist$/)
  })

  test('one that is a file, or has no preset in it, says so', () => {
    using folder = presetFolder({ 'acme/preset.json': '{}', 'empty/README.md': '' })
    expect(() => loadPresets([join(folder.path, 'acme', 'preset.json')])).toThrow(/preset\.json is not a folder$/)
    expect(() => loadPresets([join(folder.path, 'acme')])).toThrow(/acme holds no folder with a preset\.json$/)
  })

  test('several are one, in the order of the names; other files and folders do no harm', () => {
    const { 'dialect.json': _, ...builtIn } = acme
    const spoken = { file: 'preset.json', from: '"dialect": "rocket"', to: '"dialect": "standard"' }
    const as = (name: string): Record<string, string> => {
      const files = inFolder(name, builtIn, spoken)
      const text = files[`${name}/preset.json`] ?? ''
      const noParams = text.replaceAll(/ +"params": \{ "pad": "39." \},\n/g, '')
      return { ...files, [`${name}/preset.json`]: noParams.replace('"name": "acme"', `"name": "${name}"`) }
    }
    using first = presetFolder({ ...as('zebra'), ...as('bear'), 'README.md': '', 'notes/x.json': '{' })
    using second = presetFolder(as('fox'))
    expect(loadPresets([first.path, second.path]).map(({ name }) => name)).toEqual(['bear', 'fox', 'zebra'])
  })

  test('two presets of one name, or with one dialect, are both named', () => {
    using first = presetFolder(inFolder('acme', acme))
    using second = presetFolder(inFolder('acme', acme))
    expect(() => loadPresets([first.path, second.path])).toThrow(
      `${second.path}/acme/preset.json:2:11 name "acme" is taken by ${first.path}/acme/preset.json\n` +
        `${second.path}/acme/preset.json:5:14 dialect "rocket" is taken by ${first.path}/acme/preset.json`,
    )
  })

  test('a file that cannot be read is told once, not by its consequences', () => {
    using folder = presetFolder(inFolder('acme', acme))
    writeFileSync(join(folder.path, 'acme', 'dialect.json'), '')
    rmSync(join(folder.path, 'acme', 'samples'), { recursive: true })
    expect(() => loadPresets([folder.path])).toThrow(/^[^\n]*acme\/dialect\.json:1:1 is not JSON: value expected$/)
  })
})
