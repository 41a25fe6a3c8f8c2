import { expect, test } from 'vitest'
import { dialect, dialects, verify, type Dialect } from '@posthorn/wire'
import { localReceiver } from '../../test/local-receiver.ts'
import { posthorn } from '../../test/memory-io.ts'
import { builtInPresets } from '../sample/built-in-presets.ts'
import { devSecret } from '../sample/dev-secret.ts'

const presets = builtInPresets()

/** The first sample of a preset that speaks the dialect; where there is none, an event of one's own with every param. */
function eventOf({ name, params = {} }: Dialect): string[] {
  const preset = presets.find((one) => one.dialect === name)
  const event = preset?.eventTypes.find(({ sample }) => sample !== null)?.name
  if (event !== undefined) return [event]
  return [
    'bell.rang',
    '--payload',
    '{"is it": true}',
    ...Object.keys(params).flatMap((param) => ['--param', `${param}=1`]),
  ]
}

test.each(dialects)('plays $name so that it verifies', async (definition) => {
  const { name } = definition
  await using receiver = await localReceiver()
  const ran = await posthorn(['trigger', ...eventOf(definition), '--dialect', name, '--to', `${receiver.url}/hooks`])
  expect(ran).toMatchObject({ code: 0, err: '' })
  expect(ran.out).toContain('200 OK in ')
  const [got] = receiver.got
  const result = await verify(
    { ...got!, url: receiver.url + got!.url },
    { dialect: name, secret: devSecret(dialect(name)) },
  )
  expect(result).toMatchObject({ ok: true })
})

test('changes values of the sample, as JSON or as text', async () => {
  await using receiver = await localReceiver()
  await posthorn([
    'trigger',
    'visitor.signin',
    '-d',
    'signinapp',
    '-t',
    receiver.url,
    '-s',
    'visitor.name=Ada',
    '-s',
    'site.id=9',
  ])
  expect(JSON.parse(String(receiver.got[0]?.body))).toMatchObject({ visitor: { name: 'Ada' }, site: { id: 9 } })
})

test('a given payload is sent byte for byte', async () => {
  await using receiver = await localReceiver()
  const payload = '{"id":12345678901234567890, "e":1e2}'
  await posthorn(['trigger', 'x.y', '-d', 'standard', '-t', receiver.url, '--payload', '-'], { stdin: payload })
  expect(String(receiver.got[0]?.body)).toBe(payload)
})

test('signs with the given secret', async () => {
  await using receiver = await localReceiver()
  await posthorn(['trigger', 'device.locked', '-d', 'scalefusion', '-t', receiver.url, '--secret', 'my secret'])
  expect(await verify(receiver.got[0]!, { dialect: 'scalefusion', secret: 'my secret' })).toMatchObject({ ok: true })
})

test('sends unsigned when asked', async () => {
  await using receiver = await localReceiver()
  await posthorn(['trigger', 'device.locked', '-d', 'scalefusion', '-t', receiver.url, '--unsigned'])
  expect(await verify(receiver.got[0]!, { dialect: 'scalefusion', secret: 'x' })).toMatchObject({
    code: 'missing_header',
  })
})

test('a refusal is printed without control characters, and ends with 1', async () => {
  await using receiver = await localReceiver({ status: 406, body: 'Signatures mismatch!!\u001b[2J' })
  const ran = await posthorn(['trigger', 'device.locked', '-d', 'scalefusion', '-t', receiver.url])
  expect(ran.code).toBe(1)
  expect(ran.out).toContain('406 Not Acceptable')
  expect(ran.out).toContain('Signatures mismatch!!\\x1b[2J')
})

test('no response ends with 1 and says why', async () => {
  const ran = await posthorn(['trigger', 'device.locked', '-d', 'scalefusion', '-t', 'http://127.0.0.1:1/'])
  expect(ran).toMatchObject({ code: 1 })
  expect(ran.out).toContain('ECONNREFUSED')
})

test('--json prints request, answer and secret', async () => {
  await using receiver = await localReceiver({ body: 'thanks' })
  const ran = await posthorn(['trigger', 'device.locked', '-d', 'scalefusion', '-t', receiver.url, '--json'])
  expect(JSON.parse(ran.out)).toMatchObject({
    request: { method: 'POST', body: String(receiver.got[0]?.body) },
    answer: { status: 200, body: 'thanks' },
    secret: 'posthorn-dev-secret',
  })
})

test.each([
  [['device.lcked'], /no sample of an event "device.lcked"[^]*device\.locked/],
  [['device.locked', '--set', 'devices.0.nam=x'], /--set devices\.0\.nam:[^]*devices\.0\.name/],
  [['device.locked', '--set', 'nonsense'], /there is no path/],
  [['device.locked', '--payload', '[1]'], /not a JSON object/],
  [['device.locked', '--payload', '{'], /not JSON/],
])('says what is wrong with %j, and sends nothing', async (args, message) => {
  await using receiver = await localReceiver()
  const ran = await posthorn(['trigger', ...args, '-d', 'scalefusion', '-t', receiver.url])
  expect(ran.code).toBe(2)
  expect(ran.err).toMatch(message)
  expect(receiver.got).toEqual([])
})

test('the error for an unknown dialect lists the known ones', async () => {
  const ran = await posthorn(['trigger', 'device.locked', '-d', 'scalefusoin', '-t', 'http://127.0.0.1:1/'])
  expect(ran.code).toBe(2)
  expect(ran.err).toMatch(/Did you mean scalefusion\? Known: standard, /)
  const other = await posthorn(['trigger', 'device.locked', '-d', 'github', '-t', 'http://127.0.0.1:1/'])
  expect(other.err).toMatch(/there is no dialect "github"\.\s+Known: standard, /)
})

test('an event without a sample asks for a payload', async () => {
  const ran = await posthorn(['trigger', 'chat.closed', '-d', 'comapi', '-t', 'http://127.0.0.1:1/'])
  expect(ran).toMatchObject({ code: 2, err: expect.stringMatching(/has no sample of "chat\.closed"/) })
})
