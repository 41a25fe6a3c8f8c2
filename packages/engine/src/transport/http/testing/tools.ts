/** Programs that tests need and a machine may lack, and how long they wait. */
import { spawnSync } from 'node:child_process'

/** What ends at a deadline of a few hundred milliseconds is later than that on a loaded machine; only a hang is this late. */
export const hangMs = 20_000

/**
 * A suffix for the name of a suite that needs something: empty when it is there, else why the suite is skipped. With
 * `POSTHORN_TEST_REQUIRE=all` it is an error instead, because in CI a skipped test proves nothing.
 */
export function missing(what: string, isThere: boolean): string {
  if (isThere) return ''
  if (process.env['POSTHORN_TEST_REQUIRE'] === 'all') {
    throw new Error(`${what} is required (POSTHORN_TEST_REQUIRE=all) and not here`)
  }
  return ` [skipped: ${what} is not here]`
}

export function runs(command: string, ...args: string[]): boolean {
  return spawnSync(command, args, { stdio: 'ignore' }).status === 0
}
