import { expect, onTestFinished, test } from 'vitest'
import { open } from '../../open.ts'

const org = 'org_filters'

test('a dry run looks at the newest messages, page by page, and stops when they are large', async () => {
  const engine = await open({ database: 'sqlite::memory:', threads: false })
  onTestFinished(() => engine.close())
  await engine.applications.create(org, { uid: 'acme', name: 'Acme' })
  for (let n = 0; n < 23; n++) await engine.send(org, 'acme', { eventType: 'a', payload: { n } })
  const small = await engine.filters.dryRun(org, 'acme', { filter: { n: { $gte: 12 } }, limit: 23 })
  expect(small).toMatchObject({ checked: 23, matched: 11, tooLarge: 0 })
  expect(small.messages.map(({ message }) => message.payload)).toEqual(
    Array.from({ length: 23 }, (_, index) => `{"n":${22 - index}}`),
  )
  expect(await engine.filters.dryRun(org, 'acme', { filter: null, limit: 5 })).toMatchObject({ checked: 5, matched: 5 })

  const text = 'x'.repeat(1_000_000)
  for (let n = 0; n < 25; n++) await engine.send(org, 'acme', { eventType: 'a', payload: { n, text } })
  const large = await engine.filters.dryRun(org, 'acme', { filter: { n: 1 }, limit: 40 })
  expect(large.checked).toBe(21)
})

test('what is too much work for one match is told, and counts as not matching', async () => {
  const engine = await open({ database: 'sqlite::memory:', threads: false })
  onTestFinished(() => engine.close())
  await engine.applications.create(org, { uid: 'acme', name: 'Acme' })
  await engine.send(org, 'acme', { eventType: 'a', payload: { text: 'ab'.repeat(450_000) } })
  const $or = Array.from({ length: 300 }, (_, n) => ({ text: { $contains: `${'ab'.repeat(20)}${n}` } }))
  const answer = await engine.filters.dryRun(org, 'acme', { filter: { $or } })
  expect(answer).toMatchObject({ checked: 1, matched: 0, tooLarge: 1 })
})
