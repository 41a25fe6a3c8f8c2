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
