import { describe } from 'vitest'
import { catalogSuite } from './catalog/suite.ts'
import { watched } from './every-method.ts'
import type { StoreHarness } from './harness.ts'
import { ledgerSuite } from './ledger/suite.ts'
import { operationStoreSuite } from './operation-store/suite.ts'
import { queueSuite } from './queue/suite.ts'

/**
 * What every store does, whatever database is under it. An engine passes by calling this with a harness of one method; see
 * `harness.ts`.
 */
export function storeSuite(name: string, harness: StoreHarness): void {
  const { everyMethodSuite, ...watchedHarness } = watched(harness)
  queueSuite(name, watchedHarness)
  ledgerSuite(name, watchedHarness)
  catalogSuite(name, watchedHarness)
  operationStoreSuite(name, watchedHarness)
  describe(`${name}: the suites`, everyMethodSuite)
}
