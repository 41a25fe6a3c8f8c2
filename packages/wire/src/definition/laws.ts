/**
 * The laws that a dialect must obey to work in both directions. The form of the dialect is already checked. Each law is
 * one function that returns the places where the dialect breaks it.
 */
import { isAsymmetric } from '../crypto/cryptography.ts'
import type { Algorithm, Dialect, Field, Key, SignatureFormat } from '../dialect.ts'
import type { Problem } from '../errors.ts'
import { formsOf, isFieldPart, isOfAttempt, isParam, isTimeField, paramName } from './fields.ts'
import { isSlot, slotsOf, spread, walkShape, type PlacedSlot } from './slots.ts'

type Law = (dialect: Dialect, placed: readonly PlacedSlot[]) => Problem[]

export function breaches(dialect: Dialect): Problem[] {
  const placed = slotsOf(dialect)
  return laws.flatMap((law) => law(dialect, placed))
}

const laws: readonly Law[] = [
  placedOnce,
  attemptStaysOutOfTheBody,
  formsFitFields,
  optionalFieldsCanBeOmitted,
  paramsAreDeclared,
  payloadStandsInTheBody,
  payloadSpreadsInObjects,
  bodyFitsMethod,
  headersAreDistinct,
  batchesShareTheirHeaders,
  signedIsOnTheWire,
  signaturesCoverTheBody,
  toleranceNeedsASignedTime,
  keysFitAlgorithms,
  otherKeysCanBeTold,
]

/** `id`, `type` and `payload` are each placed once or declared absent; nothing is placed twice. */
function placedOnce({ absent = [] }: Dialect, placed: readonly PlacedSlot[]): Problem[] {
  const problems: Problem[] = []
  for (const field of ['id', 'type', 'payload'] as const) {
    const isPlaced = placed.some(({ slot }) => slot.$ === field)
    if (!isPlaced && !absent.includes(field)) {
      problems.push({ path: 'absent', reason: `must name ${field}, or ${field} must have a place` })
    }
    if (isPlaced && absent.includes(field))
      problems.push({ path: 'absent', reason: `names ${field}, which has a place` })
  }
  const seen = new Map<Field, string>()
  for (const { slot, path } of placed) {
    const first = seen.get(slot.$)
    if (first === undefined) seen.set(slot.$, path)
    else problems.push({ path, reason: `places ${slot.$} a second time; the first is ${first}` })
  }
  return problems
}

/** Retries send the bytes of the first attempt, so the body must not contain a field that changes with each attempt. */
function attemptStaysOutOfTheBody(_: Dialect, placed: readonly PlacedSlot[]): Problem[] {
  return placed
    .filter(({ slot, where }) => where === 'body' && (isOfAttempt(slot.$) || slot.omit === 'firstAttempt'))
    .map(({ path, slot }) => ({ path, reason: `puts ${slot.$}, which changes with each attempt, into the body` }))
}

function formsFitFields(dialect: Dialect, placed: readonly PlacedSlot[]): Problem[] {
  const signed = dialect.signatures.flatMap(({ over }, signature) =>
    over.flatMap((part, index) =>
      isFieldPart(part) ? [{ slot: part, path: `signatures[${signature}].over[${index}]` }] : [],
    ),
  )
  const problems: Problem[] = []
  for (const { slot, path } of [...placed, ...signed]) {
    const forms = formsOf(slot.$)
    if (isTimeField(slot.$) && slot.as === undefined)
      problems.push({ path, reason: `must say as: ${forms.join(', ')}` })
    else if (slot.as !== undefined && !forms.includes(slot.as)) {
      problems.push({
        path,
        reason: `cannot write ${slot.$} as ${slot.as}${forms.length > 0 ? `, only as ${forms.join(', ')}` : ''}`,
      })
    }
    if (slot.as === 'number' && slot.prefix !== undefined)
      problems.push({ path, reason: 'cannot have a prefix and be a number' })
  }
  return problems
}

function optionalFieldsCanBeOmitted({ params = {} }: Dialect, placed: readonly PlacedSlot[]): Problem[] {
  return placed.flatMap(({ slot, path }): Problem[] => {
    const { $: field, omit } = slot
    const isOptional = field === 'lastError' || (isParam(field) && params[paramName(field)]?.required !== true)
    if (isOptional && omit === undefined) return [{ path, reason: `must say omit: ${field} is not always there` }]
    // A vendor may leave the id out of some events. Sending always writes it.
    if (omit === 'absent' && !isOptional && field !== 'claim' && field !== 'id')
      return [{ path, reason: `cannot be omitted: ${field} is always there` }]
    if (omit === 'firstAttempt' && !isOfAttempt(field))
      return [{ path, reason: 'cannot be omitted on the first attempt: it is the same for every attempt' }]
    return []
  })
}

function paramsAreDeclared({ params = {} }: Dialect, placed: readonly PlacedSlot[]): Problem[] {
  return placed
    .filter(({ slot }) => isParam(slot.$) && !Object.hasOwn(params, paramName(slot.$)))
    .map(({ slot, path }) => ({ path, reason: `uses ${slot.$}, which params does not declare` }))
}

function payloadStandsInTheBody(_: Dialect, placed: readonly PlacedSlot[]): Problem[] {
  return placed.flatMap(({ slot, where, path }): Problem[] => {
    if (slot.$ !== 'payload') return []
    if (where !== 'body') return [{ path, reason: 'puts the payload outside the body' }]
    if (slot.prefix !== undefined || slot.omit !== undefined)
      return [{ path, reason: 'must be the payload alone, without prefix and omit' }]
    return []
  })
}

function payloadSpreadsInObjects({ body }: Dialect, placed: readonly PlacedSlot[]): Problem[] {
  const problems = placed
    .filter(({ isSpread, slot }) => isSpread && (slot.$ !== 'payload' || slot.as !== undefined))
    .map(({ path }) => ({ path, reason: 'must be { "$": "payload" }' }))
  if (body.kind === 'json') {
    walkShape(body.shape, 'body.shape', (value, path, key) => {
      if (key === spread && !isSlot(value)) problems.push({ path, reason: 'must be { "$": "payload" }' })
    })
    if (typeof body.shape !== 'object' || body.shape === null || Array.isArray(body.shape) || isSlot(body.shape)) {
      problems.push({ path: 'body.shape', reason: 'must be an object; use batch for an array of them' })
    }
  }
  return problems
}

function bodyFitsMethod({ request, body }: Dialect): Problem[] {
  if (request.method === 'GET' && body.kind !== 'none')
    return [{ path: 'body', reason: 'must be of the kind none: a GET has no body' }]
  if (body.kind === 'none' && request.contentType !== undefined) {
    return [{ path: 'request.contentType', reason: 'has no effect without a body' }]
  }
  return []
}

function headersAreDistinct({ request, signatures }: Dialect): Problem[] {
  const problems: Problem[] = []
  const seen = new Set<string>()
  const add = (name: string, path: string): void => {
    const lower = name.toLowerCase()
    if (seen.has(lower)) problems.push({ path, reason: `writes the header ${name} a second time` })
    seen.add(lower)
  }
  if (request.contentType !== undefined) add('content-type', 'request.contentType')
  for (const name of Object.keys(request.headers ?? {})) add(name, `request.headers.${name}`)
  for (const [index, { header, algorithmHeader }] of signatures.entries()) {
    add(header, `signatures[${index}].header`)
    if (algorithmHeader !== undefined) add(algorithmHeader.name, `signatures[${index}].algorithmHeader.name`)
  }
  return problems
}

/** Headers and query belong to the request. In a batch they cannot hold a field of one message. */
function batchesShareTheirHeaders({ body }: Dialect, placed: readonly PlacedSlot[]): Problem[] {
  if (body.kind !== 'json' || body.batch === undefined) return []
  return placed
    .filter(({ slot, where }) => where !== 'body' && !isOfAttempt(slot.$))
    .map(({ slot, path }) => ({
      path,
      reason: `puts ${slot.$} of one message into a place that all messages of a batch share`,
    }))
}

/**
 * A receiver checks the signature before it parses the body, so each signed field must be in a header or in the query.
 */
function signedIsOnTheWire({ signatures }: Dialect, placed: readonly PlacedSlot[]): Problem[] {
  return signatures.flatMap(({ over, format }, signature) =>
    over.flatMap((part, index): Problem[] => {
      if (!isFieldPart(part)) return []
      const slot = part
      const path = `signatures[${signature}].over[${index}]`
      if (slot.omit !== undefined)
        return [{ path, reason: 'cannot be omitted: a signature always covers the same parts' }]
      const place = placed.find(({ slot: { $ }, where }) => $ === slot.$ && where !== 'body')
      if (place !== undefined) {
        if (place.slot.omit !== undefined) return [{ path, reason: `signs ${slot.$}, which ${place.path} may omit` }]
        if (place.slot.as === slot.as) return []
        return [{ path, reason: `signs ${slot.$} in another form than ${place.path} shows it in` }]
      }
      if (slot.$ === 'sentAt' && 'pairs' in format && format.pairs.time !== undefined) return []
      return [{ path, reason: `signs ${slot.$}, which is neither in a header nor in the query` }]
    }),
  )
}

function signaturesCoverTheBody({ body, signatures }: Dialect): Problem[] {
  return signatures.flatMap(({ algorithm, over, format }, index): Problem[] => {
    const path = `signatures[${index}].over`
    const time = 'pairs' in format ? format.pairs.time : undefined
    if (algorithm === 'shared-secret')
      return over.length === 0 ? [] : [{ path, reason: 'must be empty: a shared secret signs nothing' }]
    const problems: Problem[] = []
    const signs = (name: string): boolean => over.some((part) => typeof part !== 'string' && part.$ === name)
    if (body.kind !== 'none' && !signs('body'))
      problems.push({ path, reason: 'must contain the body: otherwise it could be replaced' })
    if (over.every((part) => typeof part === 'string'))
      problems.push({ path, reason: 'must contain a part of the request' })
    if (time !== undefined && !signs('sentAt'))
      problems.push({ path, reason: `must contain sentAt, which the header shows as ${time}=` })
    return problems
  })
}

function toleranceNeedsASignedTime({ signatures }: Dialect): Problem[] {
  return signatures.flatMap(({ toleranceSeconds, over }, index): Problem[] =>
    toleranceSeconds === undefined || over.some((part) => typeof part !== 'string' && part.$ === 'sentAt')
      ? []
      : [{ path: `signatures[${index}].toleranceSeconds`, reason: 'has no effect: sentAt is not signed' }],
  )
}

function keysFitAlgorithms({ signatures }: Dialect): Problem[] {
  return signatures.flatMap(({ algorithm, key, format, otherKeys = [] }, index): Problem[] => {
    const path = `signatures[${index}]`
    return [
      ...keyFitsAlgorithm(`${path}.key`, algorithm, key, format),
      ...otherKeys.flatMap((other, at) =>
        keyFitsAlgorithm(`${path}.otherKeys[${at}].key`, other.algorithm, other.key, format),
      ),
    ]
  })
}

function keyFitsAlgorithm(
  path: string,
  algorithm: Algorithm,
  key: Pick<Key, 'encoding' | 'publicPrefix'>,
  format: SignatureFormat,
): Problem[] {
  if (isAsymmetric(algorithm) && key.encoding === 'utf8')
    return [{ path: `${path}.encoding`, reason: 'must be base64 or hex: the key is binary' }]
  if (!isAsymmetric(algorithm) && key.publicPrefix !== undefined)
    return [{ path: `${path}.publicPrefix`, reason: 'is for asymmetric algorithms' }]
  if (algorithm === 'shared-secret' && (key.encoding !== 'utf8' || 'list' in format)) {
    return [{ path, reason: 'must be utf8, in a header of its own: a shared secret is sent as it is' }]
  }
  return []
}

/** What a secret begins with says which kind it is of, and the version of an entry which kind made it. */
function otherKeysCanBeTold({ signatures }: Dialect): Problem[] {
  return signatures.flatMap(({ key, format, otherKeys }, index): Problem[] => {
    if (otherKeys === undefined) return []
    const path = `signatures[${index}].otherKeys`
    if (!('list' in format))
      return [{ path, reason: 'needs the format list: its entries say which kind of key made them' }]
    const versions = [format.list.version, ...otherKeys.map(({ version }) => version)]
    const beginnings = [key, ...otherKeys.map((other) => other.key)].flatMap(({ prefix, publicPrefix }) =>
      [prefix, publicPrefix].filter((text) => text !== undefined),
    )
    const ambiguous = beginnings.some((one, at) =>
      beginnings.some((other, place) => place !== at && other.startsWith(one)),
    )
    return [
      ...(new Set(versions).size < versions.length ? [{ path, reason: 'has a version twice' }] : []),
      ...(ambiguous ? [{ path, reason: 'has a prefix that another prefix begins with' }] : []),
    ]
  })
}
