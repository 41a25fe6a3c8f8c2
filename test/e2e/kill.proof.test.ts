import { expect, test } from 'vitest'
import { killRun } from './kill-run.ts'

/** It is printed, so that a run that failed can be repeated. */
const seed = Number(process.env.POSTHORN_TEST_SEED ?? Date.now() % 1_000_000)
const rounds = 50

test(
  `A2: killed ${rounds} times under load, every acknowledged message arrives (POSTHORN_TEST_SEED=${seed})`,
  { timeout: 1_200_000 },
  async () => {
    const { violations, messages, deliveries, duplicates } = await killRun({ rounds, seed })
    console.log(`${messages} messages, ${deliveries} deliveries, ${rounds} kills: ${duplicates} arrived twice`)
    expect(violations).toEqual([])
  },
)
