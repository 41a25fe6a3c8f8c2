/** One signature of a dialect as functions: which texts it is made over, and which key a secret stands for. */
import type { CryptoKeyBytes } from '../crypto/cryptography.ts'
import { decodeSecret } from '../crypto/secret.ts'
import { isFieldPart } from '../definition/fields.ts'
import { isOfKind, ofOtherKey } from '../definition/kinds-of-key.ts'
import { isSlot } from '../definition/slots.ts'
import type { Dialect, Field, Signature } from '../dialect.ts'
import { WireError } from '../errors.ts'
import { slotLens, type SlotLens } from '../lens/slot-lens.ts'
import type { CompiledSignature, SignedField, SignedWire } from './compiled-dialect.ts'

/** How many decoded keys are kept for each signature. When there are more secrets in use, all are decoded again. */
const maxKeys = 10_000

export function compileSignature(dialect: Dialect, signature: Signature): CompiledSignature {
  const lenses = new Map<Field, SlotLens>()
  const fields: SignedField[] = []
  const pieces = signature.over.map((part, index): ((wire: SignedWire) => string | Uint8Array) => {
    if (typeof part === 'string') return () => part
    if (!isFieldPart(part)) return requestPart(part.$)
    const { $: field, prefix = '' } = part
    const next = signature.over[index + 1]
    lenses.set(field, slotLens(part))
    const placed = Object.entries(dialect.request.headers ?? {}).find(([, value]) => isSlot(value) && value.$ === field)
    const header = placed?.[0] ?? signature.header
    fields.push({ field, delimiter: typeof next === 'string' && next !== '' ? next : null, header })
    return (wire) => prefix + wire.text(field)
  })
  const ofOneKind = (kind: Signature): CompiledSignature => {
    const compiled: CompiledSignature = {
      signature: kind,
      fields,
      ofKind: () => compiled,
      pieces: (wire) => pieces.map((piece) => piece(wire)),
      text: (field, input) => lenses.get(field)?.write(input.message, input) ?? '',
      key: keptKeys((secret) => decodeSecret(kind, secret)),
      verifyingKey: keptKeys((secret) => decodeSecret(kind, secret, 'verify')),
    }
    return compiled
  }
  const base = ofOneKind(signature)
  const { otherKeys } = signature
  if (otherKeys === undefined) return base
  const kinds = otherKeys.map((kind) => ({ kind, compiled: ofOneKind(ofOtherKey(signature, kind)) }))
  const ofKind = (secret: string): CompiledSignature =>
    typeof secret === 'string' ? (kinds.find(({ kind }) => isOfKind(secret, kind))?.compiled ?? base) : base
  return {
    ...base,
    ofKind,
    key: (secret) => ofKind(secret).key(secret),
    verifyingKey: (secret) => ofKind(secret).verifyingKey(secret),
  }
}

function keptKeys(decode: CompiledSignature['key']): CompiledSignature['key'] {
  const keys = new Map<string, CryptoKeyBytes>()
  return (secret) => {
    const known = keys.get(secret)
    if (known !== undefined) return known
    const key = decode(secret)
    if (key instanceof WireError) return key
    if (keys.size >= maxKeys) keys.clear()
    keys.set(secret, key)
    return key
  }
}

function requestPart(name: 'body' | 'url' | 'method'): (wire: SignedWire) => string | Uint8Array {
  switch (name) {
    case 'body':
      return ({ body }) => body ?? ''
    case 'url':
      return ({ url }) => url
    case 'method':
      return ({ method }) => method
  }
}
