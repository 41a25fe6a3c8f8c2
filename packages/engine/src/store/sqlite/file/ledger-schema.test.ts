import { attemptQuery } from '../../ledger.ts'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, onTestFinished, test } from 'vitest'
import { hideOldHeaders } from '../ledger/hide-old-headers.ts'
import { ledgerFileOn } from '../ledger/ledger-file.ts'
import { summary } from '../ledger/summary.ts'
import { ledgerMigrations } from './ledger-schema.ts'
import { openWriter } from './open-file.ts'

test('totals that the first version kept are counted again, with what it left out', () => {
  const folder = mkdtempSync(join(tmpdir(), 'posthorn-test-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const path = join(folder, 'ledger.db')
  const before = new DatabaseSync(path)
  before.exec(`${ledgerMigrations[0]}; PRAGMA user_version = 1`)
  const insert = before.prepare(
    "INSERT INTO attempt VALUES (?, ?, 'app_1', 'msg_1', 'a.b', ?, 1, ?, 0, ?, 1, NULL, 0, NULL)",
  )
  const rows = ['success', 'failed', 'exhausted', 'quarantined', 'interrupted', 'cancelled', 'success'] as const
  const hourMs = 3_600_000
  for (const [seq, result] of rows.entries()) insert.run(seq + 1, `atmpt_${seq}`, `ep_${seq % 2}`, result, seq * hourMs)
  // As the first version counted: neither what was interrupted nor what was cancelled.
  before.exec("INSERT INTO total VALUES ('app_1', 'ep_0', 0, 1, 0), ('app_1', 'ep_1', 1, 0, 1)")
  before.close()

  const after = openWriter(path, ledgerMigrations, 'NORMAL')
  onTestFinished(() => after.close())
  const count = (endpoint: string | null, from: number | null) =>
    summary.summary.on(after)(attemptQuery('app_1', { endpoint, after: from }))
  expect(count(null, null)).toEqual({ total: 7, success: 2, failed: 5 })
  expect(count('ep_1', null)).toEqual({ total: 3, success: 0, failed: 3 })
  expect(count(null, 4 * hourMs)).toEqual({ total: 3, success: 1, failed: 2 })
})

test('request headers of attempts that an earlier version logged are hidden, unless their names are to be shown', () => {
  const folder = mkdtempSync(join(tmpdir(), 'posthorn-test-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const path = join(folder, 'ledger.db')
  const before = new DatabaseSync(path)
  before.exec(`${ledgerMigrations[0]}; ${ledgerMigrations[1]}; PRAGMA user_version = 2`)
  const insert = before.prepare(
    "INSERT INTO attempt VALUES (?, ?, 'app_1', 'msg_1', 'a.b', 'ep_1', 1, 'success', 200, 0, 1, NULL, 0, ?)",
  )
  const headers = [
    ['X-Own', 'in clear'],
    ['webhook-id', 'msg_1'],
  ]
  for (let seq = 1; seq <= 5; seq++)
    insert.run(
      seq,
      `atmpt_${seq}`,
      JSON.stringify({ request: seq === 3 ? null : { method: 'POST', headers }, url: 'u' }),
    )
  before.close()

  const after = openWriter(path, ledgerMigrations, 'NORMAL')
  onTestFinished(() => after.close())
  const file = ledgerFileOn(after)
  insertNew(after)
  const hide = hideOldHeaders.hideOldHeaders.on(file)
  expect([hide(['webhook-id'], 2), hide(['webhook-id'], 2), hide(['webhook-id'], 2), hide(['webhook-id'], 2)]).toEqual([
    true,
    true,
    false,
    false,
  ])
  const hidden = { method: 'POST', headers: [['X-Own', '***'], headers[1]] }
  const details = after.prepare('SELECT detail FROM attempt ORDER BY seq').all()
  expect(details.map(({ detail }) => (JSON.parse(String(detail)) as { request: unknown }).request)).toEqual([
    hidden,
    hidden,
    null,
    hidden,
    hidden,
    { method: 'POST', headers },
  ])

  function insertNew(database: DatabaseSync): void {
    database
      .prepare(
        "INSERT INTO attempt VALUES (6, 'atmpt_6', 'app_1', 'msg_1', 'a.b', 'ep_1', 1, 'success', 200, 0, 1, NULL, 0, ?)",
      )
      .run(JSON.stringify({ request: { method: 'POST', headers }, url: 'u' }))
  }
})
