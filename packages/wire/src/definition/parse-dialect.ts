/**
 * Checks that unknown JSON has the form of a dialect. `laws.ts` checks the relations between its parts, for example
 * that each signed field is on the wire. Both collect every problem, so that an author sees all of them at once.
 */
import type { Dialect } from '../dialect.ts'
import { WireError, type Problem } from '../errors.ts'
import { isHeaderName, isHeaderValue, isTransportHeader } from '../text/headers.ts'
import { isObject, list, map, must, object, oneOf, type JsonForm } from './json-form.ts'
import { breaches } from './laws.ts'

/** Dialects are small: no real one is nested as deeply. */
const maxDepth = 32

/**
 * Parses a dialect. The result is a copy: later changes to the value do not affect it.
 *
 * @throws {WireError} `invalid_dialect`; its `problems` name every place and reason
 * @example
 * try {
 *   parseDialect({ name: 'Acme' })
 * } catch (error) {
 *   console.log(error.problems) // [{ path: 'name', reason: 'must be ...' }, { path: 'title', reason: 'is missing' }, ...]
 * }
 */
export function parseDialect(json: unknown): Dialect {
  const problems: Problem[] = []
  dialectForm(json, '', problems)
  const found = problems.length > 0 ? problems : breaches(json as Dialect)
  if (found.length > 0) {
    const name = isObject(json) && typeof json['name'] === 'string' ? ` ${JSON.stringify(json['name'])}` : ''
    const list = found.map(({ path, reason }) => `${path === '' ? 'it' : path} ${reason}`).join('; ')
    throw new WireError('invalid_dialect', `The dialect${name} cannot be used: ${list}.`, { problems: found })
  }
  return structuredClone(json) as Dialect
}

const text = must('a text', (value) => typeof value === 'string' && value.isWellFormed() && value.length <= 1000)
const shortText = must(
  'a text that is not empty',
  (value) => typeof value === 'string' && value !== '' && value.isWellFormed() && value.length <= 200,
)
const flag = oneOf(true, false)
const headerName = must(
  'the name of a header that a dialect may write',
  (value) => typeof value === 'string' && isHeaderName(value) && !isTransportHeader(value),
)
const headerText = must('printable ASCII', (value) => typeof value === 'string' && isHeaderValue(value))
const count = (most: number): JsonForm =>
  must(
    `a whole number from 1 to ${most}`,
    (value) => Number.isInteger(value) && Number(value) >= 1 && Number(value) <= most,
  )
const token = must(
  'letters, digits, - or _',
  (value) => typeof value === 'string' && /^[A-Za-z0-9_-]{1,32}$/.test(value),
)
const keyPrefix = must(
  'printable ASCII without spaces',
  (value) => typeof value === 'string' && /^[\x21-\x7e]{1,32}$/.test(value),
)
const encoding = oneOf('hex', 'base64')

const fields = [
  'id',
  'type',
  'payload',
  'occurredAt',
  'acceptedAt',
  'pushedAt',
  'sentAt',
  'attempt',
  'lastError',
  'claim',
]
const slot = object(
  {
    $: must(
      'the name of a field',
      (value) =>
        typeof value === 'string' && (fields.includes(value) || /^param\.[A-Za-z][A-Za-z0-9_-]{0,63}$/.test(value)),
    ),
  },
  {
    as: oneOf('unix', 'unixMs', 'iso', 'isoMs', 'uuid', 'base62', 'number', 'jsonString'),
    prefix: must('printable ASCII', (value) => typeof value === 'string' && /^[\x20-\x7e]{1,64}$/.test(value)),
    omit: oneOf('absent', 'firstAttempt'),
  },
)

const slotOr =
  (other: JsonForm): JsonForm =>
  (value, path, problems) =>
    (isObject(value) ? slot : other)(value, path, problems)

const part: JsonForm = (value, path, problems) => {
  if (typeof value === 'string') text(value, path, problems)
  else if (isObject(value) && ['body', 'url', 'method'].includes(String(value['$'])))
    object({ $: text })(value, path, problems)
  else slot(value, path, problems)
}

const shapeAt =
  (depth: number): JsonForm =>
  (value, path, problems) => {
    if (depth > maxDepth) problems.push({ path, reason: `is nested deeper than ${maxDepth} levels` })
    else if (Array.isArray(value)) list(shapeAt(depth + 1), 1000)(value, path, problems)
    else if (isObject(value))
      (Object.hasOwn(value, '$') ? slot : map(memberName, shapeAt(depth + 1)))(value, path, problems)
    else if (typeof value === 'number') must('a finite number', Number.isFinite)(value, path, problems)
    else if (typeof value === 'string') text(value, path, problems)
    else if (value !== null && typeof value !== 'boolean') problems.push({ path, reason: 'must be JSON' })
  }

/**
 * JavaScript moves names that look like array indices to the front, so the order on the wire would not be the author's.
 */
function memberName(name: string): string | null {
  if (name === '__proto__') return 'cannot be a member name'
  return /^(0|[1-9]\d*)$/.test(name) ? 'cannot be a whole number: JavaScript would change the order of members' : null
}

const header = (name: string): string | null =>
  isHeaderName(name) && !isTransportHeader(name) ? null : 'is not a header that a dialect may write'

const format: JsonForm = (value, path, problems) => {
  const kinds = {
    bare: object({}, { prefix: headerText }),
    pairs: object({ separator: oneOf(',', ';'), signature: token }, { time: token, several: oneOf(true) }),
    list: object({ version: token }),
  }
  const kind = isObject(value) ? Object.keys(value) : []
  const [name] = kind
  if (kind.length !== 1 || (name !== 'bare' && name !== 'pairs' && name !== 'list')) {
    problems.push({ path, reason: 'must be one of { bare }, { pairs }, { list }' })
  } else {
    object({ [name]: kinds[name] })(value, path, problems)
  }
}

const algorithm = oneOf(
  'hmac-sha1',
  'hmac-sha256',
  'hmac-sha384',
  'hmac-sha512',
  'ed25519',
  'ecdsa-p256',
  'shared-secret',
)
const otherKey = object({
  algorithm,
  key: object(
    { encoding: oneOf('utf8', 'base64', 'hex'), prefix: keyPrefix },
    { publicPrefix: keyPrefix, minBytes: count(1024) },
  ),
  version: token,
})

const signature = object(
  {
    algorithm,
    key: object(
      { encoding: oneOf('utf8', 'base64', 'hex'), scope: oneOf('endpoint', 'app') },
      { prefix: keyPrefix, publicPrefix: keyPrefix, minBytes: count(1024), optional: oneOf(true) },
    ),
    over: list(part, 32),
    encoding,
    header: headerName,
    format,
  },
  {
    accepts: list(encoding, 2),
    toleranceSeconds: count(1_000_000),
    otherKeys: list(otherKey, 4),
    algorithmHeader: object({ name: headerName, value: headerText }, { accepts: list(headerText, 8) }),
  },
)

const body: JsonForm = (value, path, problems) => {
  const kind = isObject(value) ? value['kind'] : undefined
  const batch = object({
    form: oneOf('array', 'objectOrArray'),
    maxMessages: count(10_000),
    maxBytes: count(16_000_000),
    maxWaitMs: count(3_600_000),
  })
  if (kind === 'none' || kind === 'payload') object({ kind: text })(value, path, problems)
  else if (kind === 'json') object({ kind: text, shape: shapeAt(0) }, { compact: flag, batch })(value, path, problems)
  else problems.push({ path, reason: 'must be an object whose kind is none, payload or json' })
}

const reply = object(
  {
    status: must(
      'a status from 200 to 599',
      (value) => Number.isInteger(value) && Number(value) >= 200 && Number(value) <= 599,
    ),
  },
  { body: text },
)

const dialectForm = object(
  {
    name: must(
      '2 to 40 lower-case letters, digits and dashes, beginning with a letter',
      (value) => typeof value === 'string' && /^[a-z][a-z0-9-]{1,39}$/.test(value),
    ),
    title: shortText,
    version: count(1_000_000),
    request: object(
      { method: oneOf('POST', 'PUT', 'GET') },
      {
        contentType: headerText,
        headers: map(header, slotOr(headerText)),
        query: map((name) => (name === '' ? 'is empty' : null), slot),
      },
    ),
    body,
    signatures: list(signature, 4),
  },
  {
    absent: list(oneOf('id', 'type', 'payload'), 3),
    pushedAt: oneOf('everyAttempt'),
    params: map(
      (name) => (/^[A-Za-z][A-Za-z0-9_-]{0,63}$/.test(name) ? null : 'is not a name: letters, digits, - and _'),
      object({ description: shortText }, { required: flag }),
    ),
    receive: object(
      {},
      {
        entity: shortText,
        revision: shortText,
        aliases: map(() => null, shortText),
        emptyMaps: list(shortText, 100),
        replies: object({}, { accepted: reply, malformed: reply, unsigned: reply, refused: reply }),
      },
    ),
  },
)
