/**
 * Each mistake that leads to a signature that does not match is made once, in every dialect in which it can be made. Its hint names it,
 * and the hint of no other mistake appears.
 */
import { createHmac } from 'node:crypto'
import { compile, dialect, verify, type Dialect } from '@posthorn/wire'
import { expect, test } from 'vitest'

const now = 1_614_265_330_000
const whsec = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'
const text = 'MySharedSecret'

/** A vendor that writes `sha256=` in front of its signature, as GitHub does. */
const prefixed: Dialect = {
  ...dialect('scalefusion').dialect,
  name: 'prefixed',
  title: 'Prefixed',
  signatures: dialect('scalefusion').dialect.signatures.map((signature) => ({
    ...signature,
    format: { bare: { prefix: 'sha256=' } },
  })),
}

interface Sent {
  /** What was signed, and with which key. */
  readonly signed?: string
  readonly key?: string | Buffer
  /** What came. */
  readonly body?: string
  readonly secret?: string
  readonly header?: (signature: { hex: string; base64: string }) => string
}

const json = '{"data":{"b":"Zoë","a":[1,2],"url":"https://x.example/a"}}'

async function hintOf(like: string | Dialect, sent: Sent): Promise<string> {
  const { signed = sent.body ?? json, body = json } = sent
  const isStandard = like === 'standard'
  const { secret = isStandard ? whsec : text } = sent
  const key = sent.key ?? (isStandard ? Buffer.from(whsec.slice(6), 'base64') : text)
  const over = isStandard ? `msg_1.1614265330.${signed}` : signed
  const mac = createHmac('sha256', key).update(over).digest()
  const spelled = { hex: mac.toString('hex'), base64: mac.toString('base64') }
  const front = like === prefixed ? 'sha256=' : ''
  const header = sent.header?.(spelled) ?? (isStandard ? `v1,${spelled.base64}` : front + spelled.hex)
  const headers = isStandard
    ? { 'webhook-id': 'msg_1', 'webhook-timestamp': '1614265330', 'webhook-signature': header }
    : { 'x-sf-signature': header }
  const result = await verify({ headers, body }, { dialect: compile(dialectOf(like)), secret, now })
  return result.ok ? 'ok' : result.hint
}

function dialectOf(like: string | Dialect): Dialect {
  return typeof like === 'string' ? dialect(like).dialect : like
}

/** Every hint, by what it says and nothing else does. */
const hints = {
  listed: /v1, (?:in front of it|from its beginning)/,
  front: /right, but has sha256= in front/,
  noFront: /right, but sha256= is missing/,
  noVersion: /right, but v1, is missing/,
  base64Body: /body is base64/,
  lineEnds: /line ends of the body/,
  addedSpace: /White space was added around the body/,
  lostLineBreak: /line break at the end of the body was lost/,
  printedAgain: /parsed and printed again/,
  formField: /is a form, and only its field/,
  formPrinted: /was a form, which was parsed and printed as JSON/,
  formAgain: /form in the body was parsed and encoded again/,
  hexForBase64: /in hex where base64/,
  base64ForHex: /in base64 where hex/,
  upperHex: /upper-case hex/,
  unpadded: /without its padding/,
  spaceAround: /Remove the white space/,
  spaceInside: /white space in (?:it|the secret)\. Copy/,
  controlCharacter: /without line breaks/,
  quotes: /quotes/,
  escapedLineBreak: /ends with \\n as two characters/,
  configLine: /line of a configuration file/,
  apiKey: /looks like an API key/,
  id: /an id, not a secret/,
  otherSecret: /an older one or that of another endpoint/,
  bodyAlone: /signed only the body/,
  textKey: /uses the secret as text/,
  decodedKey: /decodes the secret from base64/,
  emptyKey: /empty key/,
  noSignature: /no signature of the version v1/,
  notHex: /not lower-case hex at all/,
} as const

const base64 = (value: string): string => Buffer.from(value).toString('base64')

const table: readonly (readonly [mistake: string, like: string | Dialect, sent: Sent, hint: keyof typeof hints])[] = [
  ['secret with v1, in front (text)', 'scalefusion', { secret: `v1,${text}` }, 'listed'],
  ['secret with v1, in front (base64)', 'standard', { secret: `v1,${whsec}` }, 'listed'],
  ['sha256= before a right signature', 'scalefusion', { header: ({ hex }) => `sha256=${hex}` }, 'front'],
  ['SHA256= in capitals before a right signature', 'scalefusion', { header: ({ hex }) => `sha256=${hex}` }, 'front'],
  ['sha256= is missing', prefixed, { header: ({ hex }) => hex }, 'noFront'],
  ['v1, is missing', 'standard', { header: ({ base64: it }) => it }, 'noVersion'],
  ['a base64 body', 'scalefusion', { signed: json, body: base64(json) }, 'base64Body'],
  ['a base64 body', 'standard', { signed: json, body: base64(json) }, 'base64Body'],
  ['CRLF became LF', 'scalefusion', { signed: '{\r\n"a": 1\r\n}', body: '{\n"a": 1\n}' }, 'lineEnds'],
  ['LF became CRLF', 'standard', { signed: '{\n"a": 1\n}', body: '{\r\n"a": 1\r\n}' }, 'lineEnds'],
  ['a line break was added', 'scalefusion', { signed: json, body: `${json}\n` }, 'addedSpace'],
  ['a CRLF was added', 'standard', { signed: json, body: `${json}\r\n` }, 'addedSpace'],
  ['a line break was lost', 'scalefusion', { signed: `${json}\n` }, 'lostLineBreak'],
  [
    'printed with spaces',
    'scalefusion',
    { signed: json, body: JSON.stringify(JSON.parse(json), null, 2) },
    'printedAgain',
  ],
  ['printed with escapes', 'standard', { signed: json.replace('ë', '\\u00eb'), body: json }, 'printedAgain'],
  [
    'printed with sorted keys by the sender',
    'scalefusion',
    { signed: '{"a":1,"b":2}', body: '{"b":2,"a":1}' },
    'printedAgain',
  ],
  ['a form around JSON', 'scalefusion', { signed: json, body: `payload=${encodeURIComponent(json)}` }, 'formField'],
  [
    'a form that was parsed and printed as JSON',
    'scalefusion',
    { signed: 'a=1&b=x+y', body: '{"a":"1","b":"x y"}' },
    'formPrinted',
  ],
  ['a form that was encoded again', 'standard', { signed: 'a=1&b=x+y', body: 'a=1&b=x%20y' }, 'formAgain'],
  ['hex for base64', 'standard', { header: ({ hex }) => `v1,${hex}` }, 'hexForBase64'],
  ['base64 for hex', 'scalefusion', { header: ({ base64: it }) => it }, 'base64ForHex'],
  ['hex in capitals', 'scalefusion', { header: ({ hex }) => hex.toUpperCase() }, 'upperHex'],
  ['hex in capitals behind a prefix', prefixed, { header: ({ hex }) => `sha256=${hex.toUpperCase()}` }, 'upperHex'],
  ['base64 without padding', 'standard', { header: ({ base64: it }) => `v1,${it.replace('=', '')}` }, 'unpadded'],
  ['a secret with a space at its end', 'scalefusion', { secret: `${text} ` }, 'spaceAround'],
  ['a secret with a line break at its end', 'standard', { secret: `${whsec}\n` }, 'spaceAround'],
  ['a secret with a space inside', 'scalefusion', { secret: 'My SharedSecret' }, 'spaceInside'],
  ['a secret with a space inside (base64)', 'standard', { secret: whsec.replace('8ILP', '8 ILP') }, 'spaceInside'],
  ['a secret with a line break inside', 'standard', { secret: whsec.replace('8ILP', '8\nILP') }, 'controlCharacter'],
  ['a secret in quotes', 'scalefusion', { secret: `"${text}"` }, 'quotes'],
  ['a secret in quotes (base64)', 'standard', { secret: `'${whsec}'` }, 'quotes'],
  ['a secret that ends with \\n', 'scalefusion', { secret: `${text}\\n` }, 'escapedLineBreak'],
  ['a line of a configuration file', 'scalefusion', { secret: `WEBHOOK_SECRET=${text}` }, 'configLine'],
  ['an API key of the vendor', 'scalefusion', { secret: 'sk_live_abc123' }, 'apiKey'],
  ['an id of the vendor', 'standard', { secret: 'ep_0K3OcC9O39pNCR5O' }, 'id'],
  ['an old secret', 'scalefusion', { key: 'MyOldSecret' }, 'otherSecret'],
  ['an old secret (base64)', 'standard', { key: Buffer.alloc(24, 1) }, 'otherSecret'],
  ['another body', 'standard', { signed: '{"other":1}' }, 'otherSecret'],
  ['a secret used as text', 'standard', { key: whsec }, 'textKey'],
  [
    'a secret that is decoded',
    'scalefusion',
    { secret: 'c2VjcmV0', key: Buffer.from('c2VjcmV0', 'base64') },
    'decodedKey',
  ],
  ['an empty key at the sender', 'scalefusion', { key: '' }, 'emptyKey'],
  ['another version', 'standard', { header: () => 'v2,abc' }, 'noSignature'],
  ['no signature at all', 'scalefusion', { header: () => 'hello' }, 'notHex'],
  ['a prefix before a wrong signature', 'scalefusion', { header: () => `sha256=${'ab'.repeat(32)}` }, 'notHex'],
]

test.each(table)('%s: its hint, and no other', async (_, like, sent, expected) => {
  const hint = await hintOf(like, sent)
  const matching = Object.entries(hints).flatMap(([name, pattern]) => (pattern.test(hint) ? [name] : []))
  expect(matching, hint).toEqual([expected])
})

test('every hint of the table is expected by a mistake', () => {
  const expected = new Set(table.map(([, , , hint]) => hint))
  expect(Object.keys(hints).filter((name) => !expected.has(name as keyof typeof hints))).toEqual(['bodyAlone'])
})

test('what is right has none of these hints, in each of the dialects', async () => {
  for (const like of ['scalefusion', 'standard', prefixed]) {
    const hint = await hintOf(like, {})
    expect(Object.values(hints).filter((pattern) => pattern.test(hint))).toEqual([])
  }
})
