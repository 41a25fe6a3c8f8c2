/** Programs that tests need and that a machine may not have, and how long tests wait. */
import { spawnSync } from 'node:child_process'

/** Upper bound for work with a deadline of a few hundred milliseconds. A loaded machine may be late; only a hang exceeds this. */
export const hangMs = 20_000

/**
 * A suffix for the name of a suite that needs something: empty when it is available, otherwise the reason for
 * skipping the suite. With `POSTHORN_TEST_REQUIRE=all` a missing one is an error, because in CI a skipped test proves nothing.
 */
export function missing(what: string, isThere: boolean): string {
  if (isThere) return ''
  if (process.env['POSTHORN_TEST_REQUIRE'] === 'all') {
    throw new Error(
      `${what} is not available, and POSTHORN_TEST_REQUIRE=all requires it: install it or unset the variable`,
    )
  }
  return ` [skipped: ${what} is not available]`
}

export function runs(command: string, ...args: string[]): boolean {
  return spawnSync(command, args, { stdio: 'ignore' }).status === 0
}
