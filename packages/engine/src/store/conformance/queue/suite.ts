import { describe } from 'vitest'
import { contextOf, type StoreHarness } from '../harness.ts'
import { acceptSuite } from './accept.ts'
import { batchesSuite } from './batches.ts'
import { cancelSuite } from './cancel.ts'
import { claimSuite } from './claim.ts'
import { closedSuite } from './closed.ts'
import { epochsSuite } from './epochs.ts'
import { lanesSuite } from './lanes.ts'
import { messagesSuite } from './messages.ts'
import { pendingSuite } from './pending.ts'
import { recordSuite } from './record.ts'
import { releaseSuite } from './release.ts'
import { requeueSuite } from './requeue.ts'
import { Scene } from './scene.ts'
import { suspectsSuite } from './suspects.ts'
import { sweepSuite } from './sweep.ts'
import { writableSuite } from './writable.ts'

/** What every queue does, whatever database is under it. */
export function queueSuite(name: string, harness: StoreHarness): void {
  describe(`${name}: the queue suite`, () => {
    const context = contextOf(harness)
    const at = { ...context, scene: () => new Scene(context.shared().store).create() }
    acceptSuite(at)
    claimSuite(at)
    epochsSuite(at)
    suspectsSuite(at)
    recordSuite(at)
    releaseSuite(at)
    requeueSuite(at)
    cancelSuite(at)
    sweepSuite(at)
    lanesSuite(at)
    pendingSuite(at)
    messagesSuite(at)
    batchesSuite(at)
    writableSuite(at)
    closedSuite(at)
  })
}
