import { expect, test } from 'vitest'
import { t0, unique } from '../harness.ts'
import type { QueueContext } from './scene.ts'

export function lanesSuite({ scene }: QueueContext): void {
  test('lanes: every target with stored work, once, with the time of its first row', async () => {
    const at = await scene()
    const first = unique('ep')
    // The name of one may begin with that of another.
    const targets = [first, `${first}0`, unique('ep')] as const
    for (const acceptedAt of [t0, t0 - 5, t0 + 5]) await at.accept({ acceptedAt, targets: [targets[0], targets[2]] })
    await at.accept({ acceptedAt: t0 + 9, targets: [targets[1]] }, { claimed: true })
    const over = await at.accept({ targets: [at.target] }, { claimed: true })
    await at.record(over)
    const mine = (await at.queue.lanes()).filter(({ app }) => app === at.app)
    expect(mine).toEqual([
      { app: at.app, target: targets[0], due: t0 - 5 },
      { app: at.app, target: targets[1], due: t0 + 9 },
      { app: at.app, target: targets[2], due: t0 - 5 },
    ])
  })
}
