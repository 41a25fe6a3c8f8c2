import { describe } from 'vitest'
import { contextOf, type StoreHarness } from '../harness.ts'
import { answersSuite } from './answers.ts'
import { auditSuite } from './audit.ts'
import { deletingSuite } from './deleting.ts'
import { dialectsSuite } from './dialects.ts'
import { loadSuite } from './load.ts'
import { missingSuite } from './missing.ts'
import { catalogContext } from './scene.ts'
import { severalSuite } from './several.ts'
import { lineSuite } from './line.ts'
import { staleSuite } from './stale.ts'
import { uniqueSuite } from './unique.ts'
import { versionsSuite } from './versions.ts'

/** What every catalog does, whatever database is under it. */
export function catalogSuite(name: string, harness: StoreHarness): void {
  describe(`${name}: the catalog suite`, () => {
    const at = catalogContext(contextOf(harness))
    loadSuite(at)
    uniqueSuite(at)
    missingSuite(at)
    deletingSuite(at)
    versionsSuite(at)
    staleSuite(at)
    lineSuite(at)
    severalSuite(at)
    answersSuite(at)
    dialectsSuite(at)
    auditSuite(at)
  })
}
