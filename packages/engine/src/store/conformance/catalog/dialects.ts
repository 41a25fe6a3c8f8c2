import { describe, expect, test } from 'vitest'
import { dialect } from '@posthorn/wire'
import type { CatalogChange } from '../../catalog.ts'
import { t0, unique } from '../harness.ts'
import { type CatalogContext } from './scene.ts'

const standard = dialect('standard')

export function dialectsSuite({ write, rowsOf, changesNothing }: CatalogContext): void {
  describe('a dialect', () => {
    const put = (org: string, name: string, version: number): CatalogChange => ({
      kind: 'dialect',
      row: { org, name, version, definition: { ...standard.dialect, name, version }, createdAt: t0 },
    })

    test('has its versions in their order, and each number once', async () => {
      const org = unique('org')
      for (const version of [2, 10, 1])
        expect(await write(put(org, 'acme', version))).toMatchObject({ state: 'written' })
      expect((await rowsOf(org)).dialects.map(({ version }) => version)).toEqual([1, 2, 10])
      expect(await changesNothing(() => write(put(org, 'acme', 2)))).toEqual({ state: 'conflict', what: 'version' })
      expect(await write(put(unique('org'), 'acme', 2))).toMatchObject({ state: 'written' })
    })

    test('is deleted with all its versions, and of its organisation only', async () => {
      const [org, other] = [unique('org'), unique('org')]
      for (const change of [put(org, 'acme', 1), put(org, 'acme', 2), put(org, 'b', 1), put(other, 'acme', 1)])
        await write(change)
      expect(await write({ kind: 'delete_dialect', org, name: 'acme' })).toMatchObject({ state: 'written' })
      expect((await rowsOf(org)).dialects.map(({ name }) => name)).toEqual(['b'])
      expect((await rowsOf(other)).dialects.length).toBe(1)
      const again = await changesNothing(() => write({ kind: 'delete_dialect', org, name: 'acme' }))
      expect(again).toEqual({ state: 'missing' })
    })
  })
}
