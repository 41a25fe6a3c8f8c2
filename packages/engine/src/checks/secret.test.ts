import { dialect, dialects } from '@posthorn/wire'
import { describe, expect, test } from 'vitest'
import { EngineError } from '../errors.ts'
import { checkSecret } from './secret.ts'

const standard = dialect('standard')

/** The refusal of a check, or `null`. Anything but a coded refusal is thrown on. */
function refusal(check: () => void): { code: string; field: string | null; message: string } | null {
  try {
    check()
    return null
  } catch (error) {
    if (!(error instanceof EngineError)) throw error
    return { code: error.code, field: error.field, message: error.message }
  }
}

describe('secrets', () => {
  test('a secret that its dialect cannot use is refused with the field, and is not repeated', () => {
    for (const secret of ['', 'whsec_canary!']) {
      const found = refusal(() => checkSecret(secret, standard))
      expect(found).toMatchObject({ code: 'secret_refused', field: 'secret' })
      expect(found?.message).not.toContain('canary')
    }
  })

  test('a secret that a dialect made itself passes', () => {
    for (const { name } of dialects) {
      const compiled = dialect(name)
      const secret = compiled.newSecret((count) => new Uint8Array(count).fill(7))
      if (secret !== null) expect(refusal(() => checkSecret(secret, compiled))).toBeNull()
    }
  })
})
