/** Programs that not every machine has. A test that needs a missing one is skipped, with the reason in its name. */
import { spawnSync } from 'node:child_process'

/** Set in CI, where everything is installed: a missing program then fails instead. */
const requireAll = process.env['POSTHORN_TEST_REQUIRE'] === 'all'

/** Why a test that needs this program has to be skipped, or `null`. */
export function missing(program: string, versionArgument = '--version'): string | null {
  const isThere = spawnSync(program, [versionArgument]).status === 0
  return isThere || requireAll ? null : `${program} is not installed`
}
