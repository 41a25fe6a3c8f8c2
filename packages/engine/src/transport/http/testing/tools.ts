/** Programs that tests need and a machine may lack. */
import { spawnSync } from 'node:child_process'

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
