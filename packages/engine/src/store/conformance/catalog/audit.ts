import { describe, expect, test } from 'vitest'
import type { AuditEntry } from '../../../model.ts'
import type { CatalogChange } from '../../catalog.ts'
import { newId, oddTexts, t0, unique } from '../harness.ts'
import { type CatalogContext } from './scene.ts'

export function auditSuite({ catalog, write, changesNothing }: CatalogContext): void {
  describe('the audit log', () => {
    const entry = (org: string, app: string | null): AuditEntry => ({
      id: newId('audit', t0),
      org,
      app,
      at: t0,
      actor: oddTexts.join(''),
      action: 'signing_key.reset',
      target: 'x',
      detail: { overlapSeconds: 5, switchAt: null },
    })
    const all = { cursor: null, order: 'ascending', limit: 10 } as const

    test('is read by organisation and by application, in both orders and in pages', async () => {
      const [org, other] = [unique('org'), unique('org')]
      const rows = [entry(org, 'app_a'), entry(org, null), entry(org, 'app_b'), entry(other, 'app_a')] as const
      for (const row of rows) await write({ kind: 'audit', row })
      expect(await catalog().audit({ ...all, org, app: null })).toEqual(rows.slice(0, 3))
      expect(await catalog().audit({ ...all, org, app: 'app_a' })).toEqual([rows[0]])
      expect(await catalog().audit({ ...all, org, app: null, order: 'descending', limit: 1 })).toEqual([rows[2]])
      const after = await catalog().audit({ ...all, org, app: null, cursor: rows[0].id })
      expect(after).toEqual([rows[1], rows[2]])
    })

    test('has no entry of a change that was refused', async () => {
      const org = unique('org')
      const missing: CatalogChange = { kind: 'delete_dialect', org, name: 'none' }
      const refused = await changesNothing(() => write({ kind: 'audit', row: entry(org, null) }, missing))
      expect(refused).toEqual({ state: 'missing' })
    })
  })
}
