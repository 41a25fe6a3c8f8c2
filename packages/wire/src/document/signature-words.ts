/** How a signature is made and checked, step by step. All of it is Markdown. */
import { isAsymmetric } from '../crypto/cryptography.ts'
import type { Algorithm, Dialect, OtherKey, Part, Signature, Slot } from '../dialect.ts'
import { isSlot } from '../definition/slots.ts'
import { holdsSeveral } from '../lens/signature-header.ts'
import { code } from './markdown.ts'

const algorithms: Record<Algorithm, string> = {
  'hmac-sha1': 'HMAC-SHA1',
  'hmac-sha256': 'HMAC-SHA256',
  'hmac-sha384': 'HMAC-SHA384',
  'hmac-sha512': 'HMAC-SHA512',
  ed25519: 'Ed25519',
  'ecdsa-p256': 'ECDSA with the curve P-256 and SHA-256',
  'shared-secret': 'a shared secret',
}

const encodings = { hex: 'lower-case hex', base64: 'base64 (the standard alphabet, with padding)' }

/** What a receiver does, in order. */
export function verificationSteps(dialect: Dialect, signature: Signature): string[] {
  const { algorithm, algorithmHeader, over, toleranceSeconds } = signature
  const signsTime = over.some((part) => isSlot(part) && part.$ === 'sentAt')
  return [
    ...(algorithm === 'shared-secret' ? [] : ['Take the body as it arrived, before anything parses it.']),
    ...(algorithmHeader === undefined
      ? []
      : [
          `If there is a header ${code(algorithmHeader.name)}, refuse any other value than ${(
            algorithmHeader.accepts ?? [algorithmHeader.value]
          )
            .map(code)
            .join(' or ')}. Never choose the algorithm by it.`,
        ]),
    readingStep(signature),
    ...comparingSteps(dialect, signature),
    ...(signsTime ? [ageStep(toleranceSeconds)] : []),
  ]
}

function readingStep({ header, format }: Signature): string {
  const read = `Read the header ${code(header)}.`
  if ('bare' in format) {
    const { prefix } = format.bare
    return prefix === undefined
      ? `${read} It is the signature.`
      : `${read} It begins with ${code(prefix)}; what follows is the signature.`
  }
  if ('list' in format) {
    return `${read} It is a list with a space between the entries. Those that begin with ${code(`${format.list.version},`)} hold a signature after it; ignore the others.`
  }
  const { separator, time, signature, several } = format.pairs
  const pairs = [
    ...(time === undefined ? [] : [`${code(time)} is when this attempt was sent`]),
    `${code(signature)} is ${several === true ? 'a signature, and there can be several of them' : 'the signature'}`,
  ]
  return `${read} It is a list of ${code('name=value')} with ${code(separator)} between them: ${pairs.join(', and ')}.`
}

function comparingSteps(dialect: Dialect, signature: Signature): string[] {
  const { algorithm, encoding, accepts = [], over } = signature
  const one = holdsSeveral(signature.format) ? 'each signature; one right signature is enough' : 'the signature'
  if (algorithm === 'shared-secret') {
    return [`Compare your secret with ${one}, in constant time. Nothing of the request is signed.`]
  }
  const written = [...new Set([encoding, ...accepts])].map((name) => encodings[name]).join(', or as ')
  const parts = over.filter((part) => part !== '').map((part) => partWords(dialect, part))
  const signed =
    parts.length === 1 ? `What is signed is ${parts.join('')}.` : `Concatenate what is signed: ${parts.join(', ')}.`
  return isAsymmetric(signature.algorithm)
    ? [
        signed,
        `Decode ${holdsSeveral(signature.format) ? 'each signature' : 'the signature'}, which is ${written}.`,
        `Verify with the public key (${algorithms[algorithm]})${holdsSeveral(signature.format) ? '. One right signature is enough' : ''}.`,
      ]
    : [
        signed,
        `Compute its ${algorithms[algorithm]} with the key, and write it as ${written}.`,
        `Compare it with ${one}, in constant time.`,
      ]
}

function ageStep(toleranceSeconds: number | undefined): string {
  return toleranceSeconds === undefined
    ? `The time is signed, but the vendor names no limit for its age. A receiver whose clock is right should refuse a request that is more than 300 s away from it.`
    : `Refuse a request whose time is more than ${toleranceSeconds} s away from your clock, in either direction.`
}

function partWords({ request }: Dialect, part: Part): string {
  if (typeof part === 'string') return `the text ${code(part)}`
  if (part.$ === 'body') return 'the body'
  if (part.$ === 'url') return 'the whole address, with its query'
  if (part.$ === 'method') return 'the method, in capitals'
  const { $: field, prefix } = part as Slot
  const behind = prefix === undefined ? '' : `the text ${code(prefix)} and `
  for (const [name, slot] of Object.entries(request.headers ?? {})) {
    if (isSlot(slot) && slot.$ === field) return `${behind}${valueWords(slot)} header ${code(name)}`
  }
  for (const [name, slot] of Object.entries(request.query ?? {})) {
    if (slot.$ === field) return `${behind}${valueWords(slot)} query parameter ${code(name)}`
  }
  return `${behind}the time in the header`
}

function valueWords({ prefix }: Slot): string {
  return prefix === undefined ? 'the' : `what follows ${code(prefix)} in the`
}

/** What a secret looks like, and who has one. */
export function keyWords(signature: Signature): string[] {
  const { key } = signature
  const { prefix, publicPrefix, encoding, minBytes } = key
  const least = minBytes === undefined ? '' : `, at least ${minBytes} bytes`
  const asymmetric = isAsymmetric(signature.algorithm)
  const form =
    encoding === 'utf8'
      ? `The key is the text of the secret in UTF-8${least}${prefix === undefined ? '' : `, without ${code(prefix)} in front of it`}.`
      : `The ${asymmetric ? 'private key' : 'secret'} is ${encodings[encoding]}${least}${prefix === undefined ? '' : `, behind ${code(prefix)}`}. The key is the bytes that it stands for.`
  return [
    form,
    ...(asymmetric
      ? [
          `A receiver needs the public key only, which is ${encodings[encoding === 'hex' ? 'hex' : 'base64']} too${publicPrefix === undefined ? '' : `, behind ${code(publicPrefix)}`}.`,
        ]
      : []),
    key.scope === 'app' ? 'There is one for all endpoints of an application.' : 'Each endpoint has its own.',
    ...(key.optional === true ? ['Without one, requests arrive unsigned.'] : []),
    ...(signature.otherKeys ?? []).map(otherKeyWords),
  ]
}

function otherKeyWords({ algorithm, key: { prefix, publicPrefix }, version }: OtherKey): string {
  const verified =
    isAsymmetric(algorithm) && publicPrefix !== undefined
      ? ` A receiver verifies them with the public key alone, which begins with ${code(publicPrefix)}.`
      : ''
  return `An endpoint may have a secret that begins with ${code(prefix)} instead: then the entries of the header begin with ${code(`${version},`)} and are made over the same text with ${algorithms[algorithm]}.${verified}`
}

/** What is on the wire while a secret is being replaced. */
export function rotationWords({ format }: Signature): string {
  return holdsSeveral(format)
    ? 'While a secret is being replaced, the header holds one signature for each, the newest first. A receiver accepts the request when one of them was made with a secret that it knows.'
    : 'While a secret is being replaced, the newest one signs alone. A receiver tries the new one and the old one until the sender stops using the old one.'
}
