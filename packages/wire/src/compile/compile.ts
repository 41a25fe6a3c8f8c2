/**
 * Compiles a dialect to functions. What depends on the dialect alone is computed here once; encoding a message then
 * only concatenates texts and signs them.
 */
import { createSecret } from '../crypto/secret.ts'
import { parseDialect } from '../definition/parse-dialect.ts'
import { slotsOf } from '../definition/slots.ts'
import type { Dialect } from '../dialect.ts'
import { WireError } from '../errors.ts'
import { bodyLens } from '../lens/body-lens.ts'
import { idToBase62, idToUuid } from '../text/id.ts'
import { messageCheck } from './check-message.ts'
import type { CompiledDialect } from './compiled-dialect.ts'
import { encoder, publicKeyCannotSign } from './encode.ts'
import { readingOf } from './reading.ts'

/**
 * Compiles a dialect to functions.
 *
 * @throws {WireError} `invalid_dialect`, with every problem and where it is
 * @example
 * const acme = compile(parseDialect(JSON.parse(text)))
 * const request = await acme.encode({ message, url, secrets: [secret], sentAt: Date.now(), attempt: 1 })
 */
export function compile(dialect: Dialect): CompiledDialect {
  const checked = parseDialect(dialect)
  const body = bodyLens(checked.body)
  const reading = readingOf(checked, body)
  const { signatures } = reading
  return {
    dialect: checked,
    reservedHeaders: [...reading.headerNames],
    secretHeaders: checked.signatures
      .filter(({ algorithm }) => algorithm === 'shared-secret')
      .map(({ header }) => header.toLowerCase()),
    reading,
    check: messageCheck(checked, reading),
    body: (message) => body.write(message),
    batch: body.batch,
    ...encoder(checked, reading),
    checkSecret: (secret) => {
      for (const one of signatures) {
        const found = one.key(secret)
        if (found instanceof WireError) return found
        if (found.isPublic) return publicKeyCannotSign(one.ofKind(secret).signature.key.prefix)
      }
      return null
    },
    requestId: requestIdWriter(checked),
    pushedAtStepMs: pushedAtStepMs(checked),
    newSecret: (random, like = '') => {
      const first = signatures[0]
      return first === undefined ? null : createSecret(first.ofKind(like).signature, random)
    },
  }
}

function pushedAtStepMs(dialect: Dialect): 1 | 1000 | null {
  const forms = slotsOf(dialect).flatMap(({ slot }) => (slot.$ === 'pushedAt' ? [slot.as] : []))
  if (forms.length === 0) return null
  return forms.every((form) => form === 'iso' || form === 'unix') ? 1000 : 1
}

function requestIdWriter(dialect: Dialect): (id: string) => string {
  const as = slotsOf(dialect).find(({ slot }) => slot.$ === 'id')?.slot.as
  return as === 'uuid' ? (id) => idToUuid(id) : as === 'base62' ? (id) => idToBase62(id) : (id) => id
}
