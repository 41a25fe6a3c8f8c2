import { describe, expect, test } from 'vitest'
import type { Application } from '../../../model.ts'
import type { CatalogWriteResult, Writer } from '../../catalog.ts'
import { unique } from '../harness.ts'
import { acceptItem, applicationChange, type CatalogContext } from './scene.ts'

export function lineSuite({ shared, catalog, application, rowsOf }: CatalogContext): void {
  describe('a change that was stale several times', () => {
    const node = (waits = false): Writer => ({ node: unique('node'), waits })
    const versionOf = async ({ id, org }: Application): Promise<number> =>
      (await rowsOf(org)).applications.find((row) => row.application.id === id)!.version

    async function change(app: Application, version: number, writer?: Writer): Promise<CatalogWriteResult['state']> {
      const expected = [{ kind: 'application', id: app.id, version }] as const
      const changes = [applicationChange({ ...app, name: unique('name') }, false)]
      const item = { changes, expected, idempotency: null, ...(writer && { writer }) }
      return (await catalog().write(item)).state
    }

    test('and waits is the next one: those of others are stale until then, also when they name the stored version', async () => {
      const app = await application()
      const [one, two] = [node(true), node()]
      expect(await change(app, 0, one)).toBe('stale')
      const version = await versionOf(app)
      expect(await change(app, version, two)).toBe('stale')
      expect(await change(app, version)).toBe('stale')
      expect(await versionOf(app)).toBe(version)
      // Messages do not wait.
      expect(await shared().store.queue.accept(acceptItem(app, version))).toEqual({ state: 'accepted' })
      expect(await change(app, version, one)).toBe('written')
      expect(await change(app, await versionOf(app), two)).toBe('written')
    })

    test('has its turn after those that waited before it', async () => {
      const app = await application()
      const nodes = [node(true), node(true), node(true)]
      for (const one of nodes) expect(await change(app, 0, one)).toBe('stale')
      for (const [index, one] of nodes.entries()) {
        for (const later of nodes.slice(index + 1)) expect(await change(app, await versionOf(app), later)).toBe('stale')
        expect(await change(app, await versionOf(app), one)).toBe('written')
      }
    })

    test('is of its own unit: others change, and nobody waits for one that does not wait', async () => {
      const [app, other] = [await application(), await application()]
      expect(await change(app, 0, node(true))).toBe('stale')
      expect(await change(other, await versionOf(other), node())).toBe('written')
      expect(await change(other, 0, node())).toBe('stale')
      expect(await change(other, await versionOf(other), node())).toBe('written')
    })

    test('gives its place up with a write without changes', async () => {
      const app = await application()
      const one = node(true)
      expect(await change(app, 0, one)).toBe('stale')
      const expected = [{ kind: 'application', id: app.id, version: await versionOf(app) }] as const
      await catalog().write({ changes: [], expected, idempotency: null, writer: one })
      expect(await change(app, await versionOf(app), node())).toBe('written')
    })

    test('and does not come again keeps nobody waiting for ever', async () => {
      const app = await application()
      expect(await change(app, 0, node(true))).toBe('stale')
      let tries = 1
      while ((await change(app, await versionOf(app), node())) === 'stale') tries++
      expect(tries).toBeGreaterThan(10)
      expect(tries).toBeLessThan(1000)
    })
  })
}
