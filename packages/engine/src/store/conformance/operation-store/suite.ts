import { describe } from 'vitest'
import { contextOf, type StoreHarness } from '../harness.ts'
import { callbacksSuite } from './callbacks.ts'
import { createSuite } from './create.ts'
import { endSuite } from './end.ts'
import { listSuite } from './list.ts'
import { OperationScene } from './scene.ts'
import { sweepSuite } from './sweep.ts'

/** What every store of operations does, whatever database is under it. */
export function operationStoreSuite(name: string, harness: StoreHarness): void {
  describe(`${name}: the suite of operations`, () => {
    const context = contextOf(harness)
    const at = { ...context, scene: () => OperationScene.in(context.shared()) }
    createSuite(at)
    endSuite(at)
    callbacksSuite(at)
    listSuite(at)
    sweepSuite(at)
  })
}
