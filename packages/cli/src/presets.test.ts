import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, describe, expect, test } from 'vitest'
import { dialect, sign, verify } from '@posthorn/wire'
import { builtInPresets } from './built-in-presets.ts'
import { devSecret } from './dev-secret.ts'
import { loadPresets } from './presets.ts'
import { newMessage } from './sample-message.ts'

const presets = builtInPresets()
const root = fileURLToPath(new URL('../../../presets', import.meta.url))

test('the five seed vendors and Standard Webhooks are there', () => {
  expect(presets.map(({ name }) => name)).toEqual([
    'autoflex',
    'comapi',
    'scalefusion',
    'screenmeet',
    'signinapp',
    'standard',
  ])
})

test('Scalefusion has its 14 events in three categories, with their platforms', () => {
  const scalefusion = presets.find(({ name }) => name === 'scalefusion')
  expect(scalefusion?.eventTypes).toHaveLength(14)
  expect(new Set(scalefusion?.eventTypes.map(({ category }) => category)).size).toBe(3)
  const platforms = (name: string) => scalefusion?.eventTypes.find((type) => type.name === name)?.platforms
  expect(platforms('device.unenrolled')).toEqual(['macOS', 'Windows'])
  expect(platforms('device.sim_swap')).toEqual(['Android'])
})

const samples = presets.flatMap((preset) =>
  preset.eventTypes.flatMap((type) =>
    type.sample === null ? [] : [{ preset, type, sample: type.sample, title: `${preset.name} ${type.name}` }],
  ),
)

test.each(samples)(
  'the sample of $title is signed in its dialect, verifies and comes out again',
  async ({ preset, type, sample }) => {
    const compiled = dialect(preset.dialect)
    const secret = devSecret(compiled)
    const params = { ...preset.params, ...type.params }
    const message = newMessage(compiled, type.name, { payload: JSON.stringify(sample), params }, Date.now())
    const request = await sign(message, { dialect: compiled, secret, url: 'https://example.com/hooks' })
    const result = await verify(request, { dialect: compiled, secret })
    const [received] = result.ok ? result.messages : []
    expect(result).toMatchObject({ ok: true })
    if (compiled.dialect.body.kind !== 'none') expect(received?.payload).toEqual(sample)
    if (!compiled.dialect.absent?.includes('type')) expect(received?.type).toBe(type.name)
    expect(received?.claim).toBe(message.claim)
  },
)

test.each(presets)('the default secret of $name is long enough for its policy', ({ dialect: name, policy }) => {
  expect(devSecret(dialect(name))?.length ?? Infinity).toBeGreaterThanOrEqual(policy.minSecretLength)
})

/** As little as the tests below change. */
interface LoosePreset {
  name: unknown
  colour?: unknown
  policy: { retrySchedule: unknown[] }
  eventTypes: Record<string, unknown>[]
  sources: Record<string, unknown>
}

describe('a preset that is wrong is refused, with the file and the member', () => {
  let folder: string
  afterEach(() => rmSync(folder, { recursive: true }))

  function changed(change: (json: LoosePreset) => void): () => unknown {
    folder = mkdtempSync(join(tmpdir(), 'posthorn-presets-'))
    cpSync(join(root, 'signinapp'), join(folder, 'signinapp'), { recursive: true })
    const file = join(folder, 'signinapp', 'preset.json')
    const json = JSON.parse(readFileSync(file, 'utf8')) as LoosePreset
    change(json)
    writeFileSync(file, JSON.stringify(json))
    return () => loadPresets(folder)
  }

  test.each<[string, (json: LoosePreset) => void, string]>([
    [
      'an unknown member',
      (json) => void (json.colour = 'red'),
      'presets/signinapp/preset.json: has an unknown member "colour"',
    ],
    [
      'a wait that is no number',
      (json) => void (json.policy.retrySchedule[0] = '60'),
      'policy.retrySchedule[0] must be a whole number',
    ],
    [
      'an event type twice',
      (json) => void json.eventTypes.push(json.eventTypes[0]!),
      'eventTypes[2].name "visitor.signin" stands in the list twice',
    ],
    [
      'a name that no event type can have',
      (json) => void (json.eventTypes[0]!['name'] = 'a b'),
      'eventTypes[0].name may hold letters',
    ],
    [
      'a platform that is not listed',
      (json) => void (json.eventTypes[0]!['platforms'] = ['iOS']),
      '"iOS" is not one of the preset\'s platforms',
    ],
    [
      'a source of nothing',
      (json) => void (json.sources['policy/waits'] = { mark: 'U' }),
      'sources["policy/waits"] names nothing',
    ],
    [
      'a sample outside its folder',
      (json) => void (json.eventTypes[0]!['sample'] = '../x.json'),
      'must be "samples/visitor.signin.json"',
    ],
    ['another name than its folder', (json) => void (json.name = 'x'), 'name must be the folder\'s name, "signinapp"'],
  ])('%s', (_what, change, message) => {
    expect(changed(change)).toThrow(message)
  })

  test('a sample that is missing, or not JSON', () => {
    const load = changed(() => {})
    rmSync(join(folder, 'signinapp', 'samples', 'visitor.signout.json'))
    expect(load).toThrow('presets/signinapp/samples/visitor.signout.json: cannot be read')
    writeFileSync(join(folder, 'signinapp', 'samples', 'visitor.signout.json'), '{')
    expect(load).toThrow('presets/signinapp/samples/visitor.signout.json: is not JSON')
  })
})
