import { readFileSync } from 'node:fs'
import {
  dialects,
  markdown,
  type Algorithm,
  type Dialect,
  type Signature,
  type SignatureFormat,
  type Slot,
} from '@posthorn/wire'
import type { Vector, VectorFile } from '@posthorn/wire/conformance'
import { memberRows, slotWords } from '../../packages/wire/src/document/field-words.ts'

const { code, fenced, heading, inline, table } = markdown

/** README.md: one row a dialect. */
export function dialectTable(): string {
  const rows = dialects.map((dialect) => [
    code(dialect.name),
    inline(dialect.title),
    dialect.signatures.map((one) => code(`${one.header}: ${formWords(one.format)}`)).join(', ') || 'none',
    dialect.signatures.map((one) => signatureWords(dialect, one)).join(', ') || `none: ${requestWords(dialect)}`,
  ])
  return table(['name', 'vendor', 'header', 'signature'], rows)
}

/** docs/dialects.md: a section for each dialect, with the request of its vectors. */
export function dialectSections(): string {
  return dialects
    .flatMap((dialect) => [
      heading(2, dialect.name),
      `${inline(dialect.title)}. ${requestWords(dialect)}.`,
      fenced(exampleOf(dialect), 'http'),
      table(
        ['where', 'what'],
        [
          ...dialect.signatures.flatMap((one) => signatureRows(dialect, one)),
          ...placeRows(dialect),
          ...batchRows(dialect),
          ...receiveRows(dialect),
        ],
      ),
    ])
    .join('\n\n')
}

const algorithms: Record<Algorithm, string> = {
  'hmac-sha1': 'HMAC-SHA1',
  'hmac-sha256': 'HMAC-SHA256',
  'hmac-sha384': 'HMAC-SHA384',
  'hmac-sha512': 'HMAC-SHA512',
  ed25519: 'Ed25519',
  'ecdsa-p256': 'ECDSA (P-256, SHA-256)',
  'shared-secret': 'the secret itself',
}

function requestWords({ request, body }: Dialect): string {
  const query = Object.entries(request.query ?? {}).map(([name, slot]) => `${name}=<${slot.$}>`)
  const address = query.length === 0 ? request.method : `${request.method} ...?${query.join('&')}`
  const type = request.contentType === undefined ? '' : `, ${code(request.contentType)}`
  return `${code(address)}${type}${body.kind === 'none' ? ', without a body' : ''}`
}

function formWords(format: SignatureFormat): string {
  if ('list' in format) return `${format.list.version},...`
  if ('bare' in format) return `${format.bare.prefix ?? ''}...`
  const { separator, time, signature } = format.pairs
  return `${time === undefined ? '' : `${time}=...${separator}`}${signature}=...`
}

/** `HMAC-SHA256 of id.sentAt.body, base64`. */
function signatureWords({ params = {} }: Dialect, { algorithm, over, encoding, accepts = [] }: Signature): string {
  if (algorithm === 'shared-secret') return algorithms[algorithm]
  const parts = over.map((part) => (typeof part === 'string' ? part : signedName(part, Object.keys(params))))
  const others = accepts.filter((one) => one !== encoding)
  const read = others.length === 0 ? '' : ` (${others.join(', ')} is read as well)`
  return `${algorithms[algorithm]} of ${code(parts.join(''))}, ${encoding}${read}`
}

function signedName(part: Pick<Slot, 'prefix'> & { readonly $: string }, params: readonly string[]): string {
  const name = params.find((param) => part.$ === `param.${param}`) ?? part.$
  return `${part.prefix ?? ''}${name}`
}

function signatureRows(dialect: Dialect, signature: Signature): string[][] {
  const { header, format, key, algorithmHeader } = signature
  const isList = 'list' in format || ('pairs' in format && format.pairs.several === true)
  return [
    [`header ${code(header)}`, `${code(formWords(format))}: ${signatureWords(dialect, signature)}`],
    ...(algorithmHeader === undefined
      ? []
      : [[`header ${code(algorithmHeader.name)}`, `${code(algorithmHeader.value)}; another value is refused`]]),
    ['secret', keyWords(signature)],
    ...(signature.otherKeys ?? []).map(({ algorithm, key: other, version }) => [
      `secret ${code(`${other.prefix}...`)}`,
      `${code(`${version},...`)}: ${algorithms[algorithm]} of the same text${other.publicPrefix === undefined ? '' : `; verified with the public key, ${code(`${other.publicPrefix}...`)}`}`,
    ]),
    ['two secrets in a rotation', isList ? 'both sign, the newest first' : 'the newest signs'],
    ['age', ageWords(signature)],
    ...(key.optional === true ? [['no secret', 'requests come unsigned']] : []),
  ]
}

function ageWords({ over, toleranceSeconds }: Signature): string {
  if (!over.some((part) => typeof part === 'object' && part.$ === 'sentAt')) return 'any: no time is signed'
  return toleranceSeconds === undefined
    ? 'any, unless the receiver sets `toleranceSeconds`'
    : `at most ${toleranceSeconds} s`
}

function keyWords({ key: { encoding, prefix, minBytes, scope } }: Signature): string {
  return [
    encoding === 'utf8' ? 'the UTF-8 bytes of the text' : `the bytes that its ${encoding} stands for`,
    ...(prefix === undefined ? [] : [`behind ${code(prefix)}`]),
    ...(minBytes === undefined ? [] : [`at least ${minBytes} bytes`]),
    scope === 'app' ? 'one for all endpoints of an application' : 'one for each endpoint',
  ].join(', ')
}

/** Where each field stands, in the words of the page that `posthorn dialect docs` prints. */
function placeRows(dialect: Dialect): string[][] {
  const { request, body, absent = [] } = dialect
  const places = (kind: string, slots: Readonly<Record<string, Slot | string>> = {}): string[][] =>
    Object.entries(slots).map(([name, slot]) => [
      `${kind} ${code(name)}`,
      typeof slot === 'string' ? `always ${code(slot)}` : slotWords(dialect, slot),
    ])
  return [
    ...places('header', request.headers),
    ...places('query', request.query),
    ...(body.kind === 'payload' ? [['body', 'the payload, byte for byte']] : []),
    ...(body.kind === 'json'
      ? memberRows(dialect, body.shape).map(([path = '', what = '']) => [`body: ${path}`, what])
      : []),
    ...(body.kind === 'json' && body.compact === true ? [['body', 'without white space between tokens']] : []),
    ...(absent.length === 0 ? [] : [['not on the wire', absent.join(', ')]]),
  ]
}

function batchRows({ body }: Dialect): string[][] {
  if (body.kind !== 'json' || body.batch === undefined) return []
  const { form, maxMessages, maxWaitMs } = body.batch
  const one = form === 'array' ? 'an array, also of one message' : 'an object for one message, an array for several'
  return [['batch', `${one}; up to ${maxMessages} messages, or those of ${maxWaitMs / 1000} s`]]
}

function receiveRows({ receive: { aliases = {}, emptyMaps = [], replies = {} } = {} }: Dialect): string[][] {
  return [
    ...Object.entries(aliases).map(([alias, name]) => ['when reading', `type ${code(alias)} is ${code(name)}`]),
    ...emptyMaps.map((path) => ['when reading', `${code(path)} that comes as ${code('[]')} is ${code('{}')}`]),
    ...Object.entries(replies).map(([when, { status, body }]) => [
      `reply: ${when}`,
      `${status}${body === undefined ? '' : ` ${code(body)}`}`,
    ]),
  ]
}

function exampleOf({ name }: Dialect): string {
  const { vectors } = JSON.parse(
    readFileSync(new URL(`../../packages/wire/vectors/${name}.json`, import.meta.url), 'utf8'),
  ) as VectorFile
  const whole = vectors.filter(({ message }) => message !== undefined)
  const vector = whole.find(({ secrets }) => secrets.length > 0) ?? whole[0]
  if (vector === undefined) throw new Error(`packages/wire/vectors/${name}.json has no vector with a message.`)
  return httpText(vector)
}

function httpText({ request: { method, url, headers, body } }: Vector): string {
  const { pathname, search, host } = new URL(url)
  const lines = [`${method} ${pathname}${search} HTTP/1.1`, `host: ${host}`, ...headers.map((pair) => pair.join(': '))]
  return [...lines, ...(body === null ? [] : ['', body])].join('\n')
}
