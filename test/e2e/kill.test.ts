import { expect, test } from 'vitest'
import { killRun } from './kill-run.ts'

/** It is printed, so that a run that failed can be repeated. */
const seed = Number(process.env.POSTHORN_TEST_SEED ?? Date.now() % 1_000_000)
/** `kill.proof.test.ts` has fifty. */
const rounds = 3

test(`A2: killed ${rounds} times under load, every acknowledged message arrives (POSTHORN_TEST_SEED=${seed})`, async () => {
  const { violations } = await killRun({ rounds, seed })
  expect(violations).toEqual([])
})
