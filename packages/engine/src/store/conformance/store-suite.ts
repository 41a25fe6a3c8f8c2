import { catalogSuite } from './catalog/suite.ts'
import type { StoreHarness } from './harness.ts'
import { ledgerSuite } from './ledger/suite.ts'
import { operationStoreSuite } from './operation-store/suite.ts'
import { queueSuite } from './queue/suite.ts'

/**
 * What every store does, whatever database is under it. An engine passes by calling this with a harness of one method; see
 * `harness.ts`.
 */
export function storeSuite(name: string, harness: StoreHarness): void {
  queueSuite(name, harness)
  ledgerSuite(name, harness)
  catalogSuite(name, harness)
  operationStoreSuite(name, harness)
}
