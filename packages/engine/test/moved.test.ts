import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { dialect, type Dialect } from '@posthorn/wire'
import { open, type Engine } from '../src/index.ts'
import { Receiver } from './receiver.ts'

// What changes under messages that wait, and under endpoints that inherit.

const org = 'org_test'

let folder: string
let receiver: Receiver
let engine: Engine

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'posthorn-moved-'))
  receiver = await Receiver.start()
  engine = await open({ database: `sqlite:${folder}`, threads: false, allowPrivate: ['127.0.0.0/8'] })
})

afterEach(async () => {
  await engine.close({ graceMs: 0 })
  await receiver.stop()
  rmSync(folder, { recursive: true, force: true })
})

test('I1: a batch that waits for its retry loses nobody when its endpoint moves to a dialect without batches', async () => {
  receiver.answer = () => 500
  await engine.applications.create(org, { uid: 'acme', name: 'Acme', dialect: 'screenmeet' })
  const { id } = await engine.endpoints.create(org, 'acme', {
    url: receiver.url(),
    batch: { maxMessages: 5 },
    retrySchedule: [1],
  })
  for (let n = 0; n < 5; n++) await engine.send(org, 'acme', { eventType: 'room-entered', payload: { n } })
  await receiver.count(1)
  receiver.answer = () => 200
  await engine.endpoints.update(org, 'acme', id, { dialect: 'standard', batch: null })
  await receiver.count(6)
  const after = receiver.requests.slice(1).map(({ body }) => (JSON.parse(body) as { n: number }).n)
  expect(after.toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3, 4])
  await engine.idle()
  expect(await engine.endpoints.stats(org, 'acme', id)).toMatchObject({ success: 5, pending: 0 })
})

test('what is recovered by hand leaves in batches too', async () => {
  receiver.answer = () => 500
  await engine.applications.create(org, { uid: 'acme', name: 'Acme', dialect: 'screenmeet' })
  const { id } = await engine.endpoints.create(org, 'acme', {
    url: receiver.url(),
    batch: { maxMessages: 100, maxWaitSeconds: 0.3 },
    retrySchedule: [],
  })
  const since = Date.now()
  for (let n = 0; n < 20; n++) await engine.send(org, 'acme', { eventType: 'room-entered', payload: { n } })
  await engine.idle()
  const before = receiver.requests.length
  receiver.answer = () => 200
  await engine.endpoints.recover(org, 'acme', id, { since })
  await engine.idle()
  const recovered = receiver.requests.slice(before).map(({ body }) => (JSON.parse(body) as object[]).length)
  expect(recovered.reduce((sum, length) => sum + length, 0)).toBe(20)
  expect(recovered.length).toBeLessThan(5)
})

test('an application moves between dialects of its own, and its endpoints pin the version of the new one', async () => {
  const { version: _, ...own }: Partial<Dialect> = { ...dialect('signinapp').dialect, name: 'acme' }
  await engine.dialects.put(org, 'acme', own)
  await engine.dialects.put(org, 'acme', { ...own, title: 'Second' })
  await engine.dialects.put(org, 'beta', { ...own, name: 'beta' })
  await engine.applications.create(org, { uid: 'app', name: 'App', dialect: 'acme' })
  const { id } = await engine.endpoints.create(org, 'app', { url: receiver.url() })
  expect(await engine.endpoints.get(org, 'app', id)).toMatchObject({ dialectVersion: 2 })
  await engine.applications.update(org, 'app', { dialect: 'beta' })
  expect(await engine.endpoints.get(org, 'app', id)).toMatchObject({ dialectVersion: 1 })
  await engine.send(org, 'app', { eventType: 'a', payload: { n: 1 } })
  await engine.idle()
  expect(receiver.requests).toHaveLength(1)
})
