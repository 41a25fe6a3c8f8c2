import { expect, test } from 'vitest'
import { soakRun } from './soak-run.ts'

const seconds = 30
const messagesPerSecond = 50

test(
  `${seconds} s of a steady load: everything arrives, memory does not grow, a dead receiver costs the others nothing`,
  { timeout: 600_000 },
  async () => {
    const { violations, messages } = await soakRun({ durationMs: seconds * 1000, messagesPerSecond })
    expect(violations).toEqual([])
    expect(messages).toBe(seconds * messagesPerSecond)
  },
)
