import { dialect, dialects, verify } from '@posthorn/wire'
import * as constants from '@posthorn/wire/dialects'
import { verifier } from '@posthorn/wire/verifier'
import { expect, test } from 'vitest'
import { sampleMessage, sampleSecrets } from './sample.ts'

const now = 1_764_000_000_000

test('every built-in dialect is there by its name', () => {
  const { dialects: all, ...named } = constants
  expect(Object.values(named).toSorted((a, b) => (a.name < b.name ? -1 : 1))).toEqual(
    all.toSorted((a, b) => (a.name < b.name ? -1 : 1)),
  )
})

test.each(dialects)('$name: a verifier says what verify says, without hints', async (definition) => {
  const compiled = dialect(definition.name)
  const [secret = null, other = 'another-secret'] = sampleSecrets(compiled)
  const message = sampleMessage(compiled, now, 'a')
  const url = 'https://example.com/hooks'
  const request = compiled.encodeSync({
    message,
    url,
    secrets: secret === null ? [] : [secret],
    sentAt: now,
    attempt: 1,
  })
  const alone = verifier(definition)
  for (const options of [
    { secret, now },
    { secret: other, now },
    { secret: '', now },
    { secret, now: now + 1e9 },
  ]) {
    const whole = await verify(request, { dialect: definition, hints: false, ...options })
    expect(await alone(request, options)).toEqual(whole)
  }
  const changed = { ...request, body: new TextEncoder().encode('{}') }
  expect(await alone(changed, { secret, now })).toEqual(
    await verify(changed, { dialect: definition, hints: false, secret, now }),
  )
})
