import { expect, test } from 'vitest'
import { Scene, type QueueContext } from './scene.ts'

export function closedSuite({ open }: QueueContext): void {
  test('a closed store refuses and says so', async () => {
    const subject = await open()
    const at = await new Scene(subject.store).create()
    await subject.close()
    await expect(at.queue.accept(at.item(at.message()))).rejects.toMatchObject({ code: 'closed' })
    await expect(at.queue.lanes()).rejects.toMatchObject({ code: 'closed' })
  })
}
