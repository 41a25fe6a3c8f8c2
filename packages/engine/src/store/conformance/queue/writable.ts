import { expect, test } from 'vitest'
import type { QueueContext } from './scene.ts'

export function writableSuite({ shared, changesNothing }: QueueContext): void {
  test('a store that can be written says so and changes nothing; it has no trouble', async () => {
    const { store } = shared()
    await changesNothing(async () => {
      await store.queue.writable()
      await store.ledger.writable()
    })
    expect(store.trouble()).toEqual([])
  })
}
