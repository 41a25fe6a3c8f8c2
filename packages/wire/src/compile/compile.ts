/**
 * Compiles a dialect to functions. What depends on the dialect alone is computed here once; encoding a message then
 * only concatenates texts and signs them.
 */
import { createSecret } from '../crypto/secret.ts'
import { parseDialect } from '../definition/parse-dialect.ts'
import { isSlot, slotsOf } from '../definition/slots.ts'
import type { Dialect } from '../dialect.ts'
import { WireError } from '../errors.ts'
import { bodyLens } from '../lens/body-lens.ts'
import { slotLens } from '../lens/slot-lens.ts'
import { idToBase62, idToUuid } from '../text/id.ts'
import { messageCheck } from './check-message.ts'
import { compileSignature } from './compile-signature.ts'
import type { CompiledDialect, FieldPlace, Reading } from './compiled-dialect.ts'
import { encoder, publicKeyCannotSign } from './encode.ts'

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
  const signatures = checked.signatures.map((signature) => compileSignature(checked, signature))
  const reservedHeaders = headerNames(checked).map((name) => name.toLowerCase())
  const body = bodyLens(checked.body)
  const reading: Reading = {
    headers: fieldPlaces(checked.request.headers),
    headerNames: new Set(reservedHeaders),
    query: fieldPlaces(checked.request.query),
    body,
    signatures,
    hasType: slotsOf(checked).some(({ slot }) => slot.$ === 'type' && slot.omit === undefined),
  }
  return {
    dialect: checked,
    reservedHeaders,
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

/** Every header that a dialect writes, in its spelling. The content type, if there is one, comes first. */
export function headerNames(dialect: Dialect): string[] {
  return [
    ...(dialect.request.contentType === undefined ? [] : ['content-type']),
    ...Object.keys(dialect.request.headers ?? {}),
    ...dialect.signatures.flatMap(({ header, algorithmHeader }) =>
      algorithmHeader ? [algorithmHeader.name, header] : [header],
    ),
  ]
}

/** The headers or query parameters that hold a field; those with a constant text are left out. */
function fieldPlaces(slots: Dialect['request']['headers'] = {}): FieldPlace[] {
  return Object.entries(slots).flatMap(([name, slot]) =>
    isSlot(slot) ? [{ name, prefix: slot.prefix ?? '', lens: slotLens(slot) }] : [],
  )
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
