import { expect, test } from 'vitest'
import { anApplication } from '../../../testing/nouns.ts'
import type { CatalogWriteResult } from '../../catalog.ts'
import type { IdempotencyRecord } from '../../idempotency.ts'
import type { Application } from '../../../model.ts'
import { unique } from '../harness.ts'
import { createApplication, newKey, type CatalogContext } from './scene.ts'

export function answersSuite({ catalog, application, changesNothing }: CatalogContext): void {
  function create(row: Application, idempotency: IdempotencyRecord, version = 0): Promise<CatalogWriteResult> {
    const expected = [{ kind: 'application', id: row.id, version }] as const
    return catalog().write({ changes: [createApplication(row)], expected, idempotency })
  }

  test('I9: a repeated key is answered with what was answered before, and changes nothing', async () => {
    const app = anApplication({ id: unique('app'), org: unique('org') })
    const key = newKey()
    expect(await create(app, key)).toMatchObject({ state: 'written' })
    const repeat = await changesNothing(() =>
      create({ ...app, id: unique('app') }, { ...key, fingerprint: 'f2', answer: 'x' }),
    )
    expect(repeat).toEqual({ state: 'replay', fingerprint: 'f1', answer: 'made' })
  })

  test('I9: a repeat whose answer was lost gets it although its version is an older one by now', async () => {
    const app = anApplication({ id: unique('app'), org: unique('org') })
    const key = newKey()
    await create(app, key)
    expect(await create(app, newKey())).toMatchObject({ state: 'stale' })
    expect(await create(app, key)).toEqual({ state: 'replay', fingerprint: 'f1', answer: 'made' })
  })

  test('the key of a change that was refused, or was stale, can be used again', async () => {
    const first = await application({ uid: 'acme' })
    const key = newKey()
    const row = anApplication({ id: unique('app'), org: first.org, uid: 'acme' })
    expect(await create(row, key)).toMatchObject({ state: 'conflict' })
    expect(await create({ ...row, uid: 'other' }, key, 7)).toMatchObject({ state: 'stale' })
    expect(await create({ ...row, uid: 'other' }, key)).toMatchObject({ state: 'written' })
  })
}
