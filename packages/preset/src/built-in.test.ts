import { expect, test } from 'vitest'
import { dialect, newId, sign, verify } from '@posthorn/wire'
import { builtInPresetFolder } from './built-in-folder.ts'
import { checkSamples } from './check-samples.ts'
import { loadPresets } from './load/load.ts'

const presets = loadPresets([builtInPresetFolder()])

function preset(name: string): (typeof presets)[number] {
  const found = presets.find((one) => one.name === name)
  if (!found) throw new Error(`There is no preset ${name}.`)
  return found
}

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

test('their samples fit their schemas and can be sent', () => {
  expect(() => checkSamples(presets)).not.toThrow()
})

test('every event type has a schema', () => {
  const without = presets.flatMap(({ eventTypes }) => eventTypes.filter(({ schema }) => schema === null))
  expect(without).toEqual([])
})

test('Scalefusion has its 14 events in three categories, with their platforms', () => {
  const { eventTypes, platforms } = preset('scalefusion')
  expect(eventTypes).toHaveLength(14)
  expect(platforms).toEqual(['Android', 'iOS', 'macOS', 'Windows', 'Linux'])
  expect([...new Set(eventTypes.map(({ category }) => category))]).toEqual([
    'Enrollment Events',
    'Management Events',
    'Device Update Events',
  ])
  const matrix = eventTypes.map(({ title, platforms: on }) => [
    title,
    platforms.map((name) => (on?.includes(name) ? name[0] : '-')).join(''),
  ])
  expect(Object.fromEntries(matrix)).toEqual({
    'Device Enrolled': 'AimWL',
    'Device Activated': 'A----',
    'Device Unenrolled': '--mW-',
    'Device Deleted': 'AimWL',
    'Device Unlocked': 'Aim-L',
    'Device Locked': 'Aim-L',
    'Device Lost': 'Ai-W-',
    'Device Found': 'Ai-W-',
    'Device User Signed In': 'A-mW-',
    'Device User Signed Out': 'A-mW-',
    'Device Shutdown': 'AimWL',
    'Device Reboot': 'AimWL',
    'Device Custom Properties Updated': 'AimWL',
    'Device Sim Swap': 'A----',
  })
})

test('what vendors allow is theirs: activation, subscription, endpoints, addresses, secrets, codes', () => {
  expect(preset('scalefusion').rules).toMatchObject({ activation: 'step', subscription: 'explicit', maxEndpoints: 1 })
  expect(preset('scalefusion').rules.requires.map(({ before, kind }) => [...before, kind])).toEqual([
    ['configure', 'plan'],
    ['subscribe', 'readiness'],
  ])
  expect(preset('screenmeet')).toMatchObject({ rules: { activation: 'toggle' }, policy: { httpsOnly: true } })
  expect(preset('signinapp').policy.retrySchedule).toHaveLength(2)
  expect(preset('comapi').policy).toMatchObject({ httpsOnly: false, minSecretLength: 16, terminalCodes: [400] })
  expect(preset('autoflex').policy.httpsOnly).toBe(true)
})

test('what vendors call things is theirs', () => {
  expect(preset('scalefusion').words.en).toMatchObject({ requestId: 'Request ID', dateTime: 'Date & Time' })
  expect(preset('screenmeet').words.ja).toMatchObject({ print: '印刷する' })
  expect(preset('signinapp').words.de).toMatchObject({ signature: 'Unterschrift' })
  expect(preset('autoflex').words.nl).toEqual({ relatedArticles: 'Gerelateerde artikelen' })
})

const samples = presets.flatMap((of) =>
  of.eventTypes.flatMap((type) =>
    type.sample === null ? [] : [{ preset: of, type, sample: type.sample, title: `${of.name} ${type.name}` }],
  ),
)

test.each(samples)(
  'the sample of $title is signed in its dialect, verifies and comes out again',
  async ({ preset: of, type, sample }) => {
    const compiled = dialect(of.dialect)
    const secret = compiled.newSecret((count) => new Uint8Array(count).fill(7))
    const now = Date.now()
    const message = {
      id: newId('msg_', now, 1),
      type: type.name,
      payload: JSON.stringify(sample),
      occurredAt: now,
      acceptedAt: now,
      params: { ...of.params, ...type.params },
      claim: '6f2d1f0a-3c58-4f0e-9a52-6a2f7f1f9d10',
    }
    const request = await sign(message, { dialect: compiled, secret, url: 'https://example.com/hooks' })
    const result = await verify(request, { dialect: compiled, secret })
    const [received] = result.ok ? result.messages : []
    expect(result).toMatchObject({ ok: true })
    if (compiled.dialect.body.kind === 'none') expect(received?.claim).toBe(message.claim)
    else expect(received?.payload).toEqual(sample)
    if (!compiled.dialect.absent?.includes('type')) expect(received?.type).toBe(type.name)
  },
)
