import { expect, test } from 'vitest'
import { checkSamples } from './check-samples.ts'
import { loadPresets } from './load/load.ts'
import { acme, inFolder, presetFolder, type Change } from './testing/acme.ts'

const sample = 'samples/rocket.started.json'
const schema = 'schemas/rocket.json'

/** What is told about the samples of a preset, without the path of its folder. */
function complaint(change?: Change): string {
  using folder = presetFolder(inFolder('acme', acme, change))
  const presets = loadPresets([folder.path])
  try {
    checkSamples(presets)
    return ''
  } catch (error) {
    return (error as Error).message.replaceAll(`${folder.path}/`, '')
  }
}

test('samples that are right pass', () => {
  expect(complaint()).toBe('')
})

test.each<[what: string, change: Change, complaint: string]>([
  [
    'a sample that does not fit its schema',
    { file: sample, from: '2', to: '"two"' },
    `${sample}:3:13 stages must be a whole number`,
  ],
  [
    'what a test sends, too',
    { file: 'preset.json', from: '{ "name": "Test" }', to: '{ "name": 7 }' },
    'preset.json:52:64 test.payload.name must be a string',
  ],
  [
    'a sample that its dialect cannot carry',
    { file: sample, from: '"stages": 2', to: '"event": 2' },
    `${sample}:1:1 cannot be sent as rocket: The payload has a member "event", which the envelope has too.`,
  ],
  [
    'a sample without a parameter that its dialect needs',
    { file: 'preset.json', from: '  "params": { "pad": "39A" },\n', to: '' },
    'preset.json:51:54 test.payload cannot be sent as rocket: Rocket needs a value for the parameter pad.',
  ],
  [
    'a schema that cannot be used',
    { file: schema, from: '"integer"', to: '"int"' },
    `${schema}:1:1 properties.stages.type of the schema must be "array", "boolean", "integer", "null", "number", "object" or "string"`,
  ],
])('%s', (_what, change, expected) => {
  expect(complaint(change)).toBe(`acme/${expected}`)
})

test('a preset that was not read from files is told by its name', () => {
  using folder = presetFolder(inFolder('acme', acme))
  const [preset] = loadPresets([folder.path])
  const copy = structuredClone(preset!)
  const wrong = { ...copy, params: {} }
  expect(() => checkSamples([wrong])).toThrow(/^acme\/preset\.json test\.payload cannot be sent as rocket: /)
})
