import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, onTestFinished, test } from 'vitest'
import { anApplication, anEndpoint, anEventType } from '../../../testing/nouns.ts'
import { load } from '../catalog/load.ts'
import { openWriter } from './open-file.ts'
import { queueMigrations } from './queue-schema.ts'

/** A row's JSON without members that came later. */
function without(row: object, ...names: string[]): string {
  return JSON.stringify(Object.fromEntries(Object.entries(row).filter(([name]) => !names.includes(name))))
}

test('what the first version wrote is read as it was, with what came later at its default', () => {
  const folder = mkdtempSync(join(tmpdir(), 'posthorn-test-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const path = join(folder, 'queue.db')
  const before = new DatabaseSync(path)
  before.exec(`${queueMigrations[0]}; PRAGMA user_version = 1`)
  const application = anApplication({ uid: null, params: { a: 'é' } })
  const endpoint = anEndpoint({ eventTypes: ['a'], retrySchedule: [] })
  const eventType = anEventType({ groupName: 'g' })
  const secrets = [{ sealed: 'k1.abc', until: null }]
  before
    .prepare("INSERT INTO application VALUES ('app_1', 'org_1', NULL, 7, ?)")
    .run(without(application, 'preset', 'facts'))
  before
    .prepare("INSERT INTO endpoint VALUES ('ep_1', 'org_1', 'app_1', NULL, ?, ?)")
    .run(
      without(endpoint, 'name', 'platforms', 'filter', 'filterOver', 'dialectVersion', 'secondary'),
      JSON.stringify({ headers: null, secrets }),
    )
  before
    .prepare("INSERT INTO event_type VALUES ('org_1', 'invoice.paid', ?)")
    .run(without(eventType, 'title', 'category', 'platforms', 'sample'))
  before.close()

  const after = openWriter(path, queueMigrations, 'FULL')
  onTestFinished(() => after.close())
  expect(load.load.on(after)()).toEqual({
    organisations: [],
    applications: [{ application, keys: [], version: 7 }],
    endpoints: [{ endpoint, sealedHeaders: null, secrets, secondarySecrets: [] }],
    eventTypes: [eventType],
    dialects: [],
  })
})

test('a retry that an earlier version left keeps the time of the accept as that of its push, and so its bytes', () => {
  const folder = mkdtempSync(join(tmpdir(), 'posthorn-test-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const path = join(folder, 'queue.db')
  const before = new DatabaseSync(path)
  before.exec(`${queueMigrations.slice(0, 5).join(';')}; PRAGMA user_version = 5`)
  const message = before.prepare(
    `INSERT INTO message (id, app, event_type, payload, occurred_at, accepted_at, expires_at, early, deliver, targets)
    VALUES (?, 'app_1', 'a', '{}', 1, ?, 9, 0, 1, '["ep_1"]')`,
  )
  const work = before.prepare(`INSERT INTO work VALUES ('ep_1', ?, ?, 'app_1', 0, 1, ?, 0, 0, 1)`)
  message.run('msg_retry', 1000)
  work.run(5000, 'msg_retry', 1)
  message.run('msg_scheduled', 2000)
  work.run(8000, 'msg_scheduled', 0)
  work.run(6000, 'batch_1', 2)
  before.close()

  const after = openWriter(path, queueMigrations, 'FULL')
  onTestFinished(() => after.close())
  const rows = after.prepare('SELECT message, pushed_at FROM work ORDER BY message').all()
  expect(rows.map((row) => [row['message'], row['pushed_at']])).toEqual([
    ['batch_1', null],
    ['msg_retry', 1000],
    ['msg_scheduled', null],
  ])
})
