import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { EngineError, open, type Engine } from '../src/index.ts'
import type { Preset } from '@posthorn/preset'

// What an application has before a preset is applied has to be possible under its rules.

const org = 'org_test'
const url = 'https://hooks.example.com/in'

type Changes = Partial<Omit<Preset, 'policy' | 'rules'>> & {
  readonly policy?: Partial<Preset['policy']>
  readonly rules?: Partial<Preset['rules']>
}

function preset(name: string, { policy, rules, ...changes }: Changes = {}): Preset {
  return {
    name,
    title: 'Acme',
    description: 'Acme.',
    dialect: 'scalefusion',
    definition: null,
    params: {},
    platforms: [],
    eventTypes: [],
    test: null,
    words: {},
    sources: {},
    ...changes,
    policy: {
      retrySchedule: [],
      timeoutSeconds: 5,
      httpsOnly: false,
      minSecretLength: 0,
      terminalCodes: [],
      ...policy,
    },
    rules: { activation: 'immediate', subscription: 'all', maxEndpoints: null, facts: {}, requires: [], ...rules },
  }
}

const eventType = {
  name: 'e.one',
  title: 'One',
  category: 'C',
  description: 'One.',
  platforms: ['iOS'],
  params: {},
  sample: null,
  schema: null,
}

let folder: string
let engine: Engine

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'posthorn-presets-'))
  engine = await open({
    database: `sqlite:${folder}`,
    presets: [
      preset('plain'),
      preset('single', { rules: { maxEndpoints: 1 } }),
      preset('named', { rules: { subscription: 'explicit' } }),
      preset('platforms', { platforms: ['iOS', 'Android'], eventTypes: [eventType] }),
      preset('open', {
        rules: {
          customersMaySet: ['dialect', 'policy', 'facts'],
          facts: { lamps: { type: 'number', description: 'How many lamps', example: 3 } },
        },
      }),
      preset('long', { policy: { minSecretLength: 20 } }),
      preset('shared', { dialect: 'screenmeet', policy: { minSecretLength: 20 } }),
    ],
  })
  await engine.applications.create(org, { uid: 'a', name: 'A', dialect: 'scalefusion' })
})

afterEach(async () => {
  await engine.close({ graceMs: 0 })
  rmSync(folder, { recursive: true, force: true })
})

/** Refused, and nothing was changed. */
async function refused(name: string, overwrite = true): Promise<EngineError> {
  const before = [await engine.applications.get(org, 'a'), await engine.endpoints.list(org, 'a')]
  const error = await engine.presets.apply(org, 'a', { name, overwrite }).then(
    () => null,
    (thrown: unknown) => thrown,
  )
  if (!(error instanceof EngineError)) throw new Error('was not refused', { cause: error })
  expect([await engine.applications.get(org, 'a'), await engine.endpoints.list(org, 'a')]).toEqual(before)
  return error
}

const apply = (name: string, overwrite = false) => engine.presets.apply(org, 'a', { name, overwrite })

test('more endpoints than the vendor has are refused, with how many to delete', async () => {
  const first = await engine.endpoints.create(org, 'a', { url })
  const second = await engine.endpoints.create(org, 'a', { url })
  const error = await refused('single')
  expect(error.code).toBe('endpoint_limit')
  expect(error.message).toBe(
    `Acme has one endpoint per application, and this one has 2: ${first.id}, ${second.id}. Delete 1 of them, then apply the preset.`,
  )
  await engine.endpoints.delete(org, 'a', first.id)
  expect(await apply('single')).toMatchObject({ preset: 'single' })
})

test('endpoints that take everything clash with naming what is taken; replaced, they take nothing', async () => {
  const endpoint = await engine.endpoints.create(org, 'a', { url })
  await engine.eventTypes.create(org, { name: 'mine', description: '' })
  const named = await engine.endpoints.create(org, 'a', { url, eventTypes: ['mine'] })
  const error = await refused('named', false)
  expect(error.code).toBe('conflict')
  expect(error.message).toContain(`the endpoint ${endpoint.id}, which takes every event type`)
  expect(error.message).not.toContain(named.id)
  await apply('named', true)
  expect(await engine.endpoints.get(org, 'a', endpoint.id)).toMatchObject({ eventTypes: [] })
  expect(await engine.endpoints.get(org, 'a', named.id)).toEqual(named)
  // Once more is no clash, and a preset without the rule takes nothing back.
  await apply('named')
  await apply('plain')
  expect(await engine.endpoints.get(org, 'a', endpoint.id)).toMatchObject({ eventTypes: [] })
})

test('one that is converted and moves to another dialect has both', async () => {
  await engine.applications.create(org, { uid: 'b', name: 'B', dialect: 'standard' })
  const { id } = await engine.endpoints.create(org, 'b', { url })
  await engine.presets.apply(org, 'b', { name: 'named', overwrite: true })
  expect(await engine.endpoints.get(org, 'b', id)).toMatchObject({ eventTypes: [], dialect: null })
})

test('platforms of endpoints are those of the vendor, where the event types that it brings exist', async () => {
  const { id } = await engine.endpoints.create(org, 'a', { url, platforms: ['Amiga'] })
  const unknown = await refused('platforms')
  expect(unknown).toMatchObject({ code: 'platform_unsupported', field: 'name' })
  expect(unknown.message).toContain(`The endpoint ${id} does not fit Acme: There is no platform "Amiga"`)
  await engine.eventTypes.create(org, { name: 'e.one', description: '' })
  await engine.endpoints.update(org, 'a', id, { platforms: ['Android'], eventTypes: ['e.one'] })
  expect((await refused('platforms')).message).toContain('e.one does not exist on Android; it exists on iOS')
  await engine.endpoints.update(org, 'a', id, { platforms: ['iOS'] })
  await apply('platforms', true)
})

test('a secret that is still to take over is as long as the vendor has it', async () => {
  const { id } = await engine.endpoints.create(org, 'a', { url, secret: 'a secret that is long enough' })
  await engine.endpoints.rotateSecret(org, 'a', id, { secret: 'short', overlapSeconds: 60 })
  const error = await refused('long')
  expect(error).toMatchObject({ code: 'secret_refused', field: 'name' })
  expect(error.message).toContain(`The endpoint ${id} does not fit Acme`)
  await engine.endpoints.rotateSecret(org, 'a', id, { secret: 'another that is long enough', overlapSeconds: 0 })
  await apply('long')
})

test('so is the key that endpoints share', async () => {
  await engine.applications.update(org, 'a', { dialect: 'screenmeet' })
  await engine.endpoints.create(org, 'a', { url })
  await engine.signingKeys.reset(org, 'a', { key: 'short', overlapSeconds: 0 })
  const error = await refused('shared')
  expect(error.code).toBe('secret_refused')
  expect(error.message).toContain('Reset the signing key to a longer one')
  await engine.signingKeys.reset(org, 'a', { key: 'a key that is long enough', overlapSeconds: 0 })
  await apply('shared')
})

test('batches are those that the vendor has', async () => {
  await engine.applications.update(org, 'a', { dialect: 'screenmeet' })
  const { id } = await engine.endpoints.create(org, 'a', { url, batch: { maxMessages: 5 } })
  expect((await refused('plain')).message).toContain(`The endpoint ${id} does not fit`)
  await engine.endpoints.update(org, 'a', id, { batch: null })
  await apply('plain', true)
})

test('an own dialect of the name that the vendor speaks is not spoken in its place', async () => {
  const definition = engine.dialects.get(org, 'scalefusion').dialect.dialect
  await engine.dialects.put(org, 'mine', { ...definition, name: undefined, version: undefined })
  await engine.close({ graceMs: 0 })
  const mine = { ...definition, name: 'mine', version: 1 }
  engine = await open({
    database: `sqlite:${folder}`,
    presets: [preset('clashing', { dialect: 'mine', definition: mine })],
  })
  const error = await refused('clashing')
  expect(error.code).toBe('conflict')
  expect(error.message).toContain('speaks the dialect mine, and this organisation has one of its own of that name')
  await engine.dialects.delete(org, 'mine')
  await apply('clashing', true)
})

test('what a preset leaves to customers they may set, and nothing else', async () => {
  await engine.presets.apply(org, 'a', { name: 'open', overwrite: true })
  const { id } = await engine.applications.get(org, 'a')
  const write = { customer: id }
  const { id: endpoint } = await engine.endpoints.create(
    org,
    'a',
    { url, dialect: 'standard', retrySchedule: [5] },
    write,
  )
  await engine.endpoints.update(org, 'a', endpoint, { timeoutSeconds: 3, secondary: { dialect: 'svix' } }, write)
  await engine.applications.update(org, 'a', { facts: { lamps: 3 } }, write)
  await expect(engine.endpoints.update(org, 'a', endpoint, { params: { x: 'y' } }, write)).rejects.toMatchObject({
    code: 'forbidden',
    field: 'params',
    message: '`params` is set by Acme, not with the token of a customer. Leave it out, or send it unchanged.',
  })
  // The dialect of an application is that of all its messages, so it stays the vendor's.
  await expect(engine.applications.update(org, 'a', { dialect: 'standard' }, write)).rejects.toMatchObject({
    code: 'forbidden',
  })
})
