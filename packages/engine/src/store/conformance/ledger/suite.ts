import { describe } from 'vitest'
import { contextOf, type StoreHarness } from '../harness.ts'
import { appendSuite } from './append.ts'
import { forgettingSuite } from './forgetting.ts'
import { queriesSuite } from './queries.ts'

/** What every ledger does, whatever database is under it. */
export function ledgerSuite(name: string, harness: StoreHarness): void {
  describe(`${name}: the ledger suite`, () => {
    const context = contextOf(harness)
    const at = { ...context, ledger: () => context.shared().store.ledger }
    appendSuite(at)
    queriesSuite(at)
    forgettingSuite(at)
  })
}
