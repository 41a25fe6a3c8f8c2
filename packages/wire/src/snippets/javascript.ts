/** JavaScript for Node 18 and other runtimes with `node:crypto`. A module that exports one function. */
import type { Algorithm } from '../dialect.ts'
import { braced, escape, indent } from './literal.ts'
import { camel } from './names.ts'
import type { FieldPlan, PartPlan, PiecePlan, Plan, SignaturePlan, TextPlan, Printed } from './plan.ts'
import { about, headerLook, mistake, parameterMeaning, refusal, sentences } from './sentences.ts'

const containers = 'a Headers object, the headers or rawHeaders of Node, the headers of Express or of an AWS event'

const collect = [
  '',
  'function collect(headers) {',
  '  const given = Symbol.iterator in headers ? [...headers] : Object.entries(headers)',
  '  // rawHeaders of Node: names and values in turn.',
  "  const isFlat = typeof given[0] === 'string'",
  '  const pairs = isFlat ? given.flatMap((name, at) => (at % 2 ? [] : [[name, given[at + 1]]])) : given',
  '  const sent = new Map()',
  '  for (const [name, value] of pairs) {',
  '    for (const one of [value].flat()) {',
  "      if (typeof one !== 'string') continue",
  '      const key = name.toLowerCase()',
  '      sent.set(key, sent.has(key) ? `${sent.get(key)}, ${one}` : one)',
  '    }',
  '  }',
  '  return sent',
  '}',
]

export function javascript(plan: Plan): Printed {
  const code = [...main(plan), ...(plan.parameters.includes('headers') ? collect : []), ...helpers(plan)]
  return { code: `${[...imports(plan), ...constants(plan), ...code].join('\n')}\n`, needs: ['Node 18'] }
}

function imports({ signatures }: Plan): string[] {
  const uses = (is: (algorithm: Algorithm) => boolean): boolean => signatures.some(({ algorithm }) => is(algorithm))
  const isAsymmetric = signatures.some((signature) => signature.isAsymmetric)
  const names = [
    ...(uses((name) => name.startsWith('hmac-')) ? ['createHmac'] : []),
    ...(isAsymmetric ? ['createPublicKey'] : []),
    ...(signatures.every((signature) => signature.isAsymmetric) ? [] : ['timingSafeEqual']),
    ...(isAsymmetric ? ['verify as verifySignature'] : []),
  ]
  return names.length === 0 ? [] : [`import { ${names.join(', ')} } from 'node:crypto'`, '']
}

function constants(plan: Plan): string[] {
  return plan.age === null
    ? []
    : [`/** ${sentences.age(plan)} */`, `const toleranceSeconds = ${plan.age.toleranceSeconds}`, '']
}

function helpers({ signatures }: Plan): string[] {
  const decodes = signatures.some(({ key, isAsymmetric }) => isAsymmetric || key.encoding !== 'utf8')
  return [
    ...(signatures.every(({ isAsymmetric }) => isAsymmetric)
      ? []
      : [
          '',
          '/** Constant time. */',
          'function isEqual(a, b) {',
          '  const [left, right] = [Buffer.from(a), Buffer.from(b)]',
          '  return left.length === right.length && timingSafeEqual(left, right)',
          '}',
        ]),
    ...(decodes
      ? [
          '',
          '/** Buffer skips what it cannot decode; then the encoded bytes differ from the text. */',
          'function decode(text, encoding) {',
          '  const bytes = Buffer.from(text, encoding)',
          `  if (bytes.toString(encoding) !== text) throw new RangeError(${text(sentences.wrongKey)})`,
          '  return bytes',
          '}',
        ]
      : []),
    ...(signatures.some(({ isAsymmetric }) => isAsymmetric)
      ? [
          '',
          `/** ${sentences.spelling} */`,
          'function isSignedBy(key, digest, signed, signature, encoding) {',
          '  const bytes = Buffer.from(signature, encoding)',
          '  return bytes.toString(encoding) === signature && verifySignature(digest, signed, key, bytes)',
          '}',
        ]
      : []),
  ]
}

function main(plan: Plan): string[] {
  const parameters = [
    ...plan.parameters.filter((name) => name !== 'now'),
    ...(plan.age === null ? [] : ['now = Date.now() / 1000']),
  ]
  const body = [
    ...(plan.parameters.includes('headers') ? ['const sent = collect(headers)'] : []),
    ...(plan.signatures.length === 0
      ? []
      : [`if (secrets.length === 0) throw new RangeError(${text(sentences.noSecret)})`]),
    ...plan.fields.flatMap(field),
    ...plan.signatures.flatMap(signature),
    ...age(plan),
    result(plan),
  ]
  return [
    '/**',
    ...about(plan).map((line) => ` * ${line}`),
    ' *',
    ...plan.parameters.map((name) => ` * @param ${name} ${parameterMeaning(plan, name, containers)}`),
    ` * @throws {Error} ${refusal(plan)}`,
    ...mistake(plan, 'A RangeError').map((line) => ` * ${line}`),
    ' */',
    `export function ${plan.entry}(${parameters.join(', ')}) {`,
    ...indent(body, '  '),
    '}',
  ]
}

function field(plan: FieldPlan): string[] {
  const { variable, from, name, prefix, pattern, delimiters } = plan
  const it = camel(variable)
  const wrong = [
    ...(prefix === '' ? [] : [`!${it}.startsWith(${text(prefix)})`]),
    ...(pattern === null
      ? [`${valueOf(plan)} === ''`, ...delimiters.map((one) => `${valueOf(plan)}.includes(${text(one)})`)]
      : [`!/^${pattern}$/.test(${valueOf(plan)})`]),
  ]
  const given =
    from === 'headers' ? `sent.get(${text(name)})` : `new URLSearchParams(query).getAll(${text(name)}).at(-1)`
  return [`const ${it} = ${given} ?? ''`, refuse(wrong.join(' || '), sentences.field(plan))]
}

function signature(plan: SignaturePlan): string[] {
  const { number, holds } = plan
  const test = matches(plan, holds === 'one' ? `signature${number}` : 'signature')
  const inner = [
    ...key(plan),
    ...mac(plan),
    `return ${holds === 'one' ? test : `signatures${number}.some((signature) => ${test})`}`,
  ]
  return [
    '',
    ...algorithm(plan),
    ...header(plan),
    ...(plan.algorithm === 'shared-secret' ? [] : [`const signed${number} = ${signed(plan)}`]),
    `const isRight${number} = secrets.some((secret) => {`,
    ...indent(inner, '  '),
    '})',
    refuse(`!isRight${number}`, sentences.mismatch),
  ]
}

function algorithm(plan: SignaturePlan): string[] {
  if (plan.algorithmHeader === null) return []
  const { name, accepts } = plan.algorithmHeader
  const given = `sent.get(${text(name)}) ?? ${text(accepts[0] ?? '')}`
  return [refuse(`![${accepts.map(text).join(', ')}].includes(${given})`, sentences.algorithm(plan))]
}

/** Parses the header. The code sets `signature`, or `signatures` if there can be several. */
function header(plan: SignaturePlan): string[] {
  const { format, number, holds, timePattern } = plan
  const value = `sent.get(${text(plan.header)}) ?? ''`
  const [one, all] = [`signature${number}`, `signatures${number}`]
  const malformed = sentences.header(plan)
  if ('bare' in format) {
    const { prefix = '' } = format.bare
    if (prefix === '') return [`const ${one} = ${value}`, refuse(`${one} === ''`, malformed)]
    return [
      `const header${number} = ${value}`,
      refuse(`!header${number}.startsWith(${text(prefix)})`, malformed),
      `const ${one} = header${number}.slice(${prefix.length})`,
    ]
  }
  if ('list' in format) {
    const prefix = `${format.list.version},`
    return [
      `// ${headerLook(plan)}`,
      `const entries${number} = (${value}).split(' ').slice(0, 16)`,
      `const ${all} = entries${number}.filter((entry) => entry.startsWith(${text(prefix)})).map((entry) => entry.slice(${prefix.length}))`,
      refuse(`${all}.length === 0`, malformed),
    ]
  }
  const { separator, time, signature: name } = format.pairs
  const values = (key: string): string =>
    `pairs${number}.filter(([key]) => key === ${text(key)}).map(([, value]) => value)`
  const pair = `(pair) => pair.trimStart().split(/=(.*)/s)`
  return [
    `// ${headerLook(plan)}`,
    `const pairs${number} = (${value}).split(${text(separator)}).slice(0, 16).map(${pair})`,
    `const ${all} = ${values(name)}`,
    refuse(holds === 'one' ? `${all}.length !== 1` : `${all}.length === 0`, malformed),
    ...(holds === 'one' ? [`const [${one}] = ${all}`] : []),
    ...(time === undefined || timePattern === null
      ? []
      : [
          `const times${number} = ${values(time)}`,
          refuse(`times${number}.length !== 1 || !/^${timePattern}$/.test(times${number}[0])`, sentences.time(plan)),
          `const [sentAt${number}] = times${number}`,
        ]),
  ]
}

function key({ key: { encoding, prefix, minBytes }, algorithm: name }: SignaturePlan): string[] {
  const given = `String(secret ?? '')`
  const secret = prefix === '' ? given : `${given}.replace(/^${literal(prefix, '/^$.*+?()[]{}|')}/, '')`
  const bytes = encoding === 'utf8' ? `Buffer.from(${secret})` : `decode(${secret}, '${encoding}')`
  if (name === 'ed25519') {
    return [
      `const x = ${bytes}.toString('base64url')`,
      `const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' })`,
    ]
  }
  if (name === 'ecdsa-p256') return [`const key = createPublicKey({ key: ${bytes}, format: 'der', type: 'spki' })`]
  return [`const key = ${bytes}`, `if (key.length < ${minBytes}) throw new RangeError(${text(sentences.shortKey)})`]
}

function mac({ algorithm: name, number }: SignaturePlan): string[] {
  if (!name.startsWith('hmac-')) return []
  return [`const mac = createHmac('${name.slice('hmac-'.length)}', key).update(signed${number}).digest()`]
}

/** Whether this signature was made with `key`, in constant time. */
function matches({ algorithm: name, encodings, number, isAsymmetric }: SignaturePlan, one: string): string {
  if (name === 'shared-secret') return `isEqual(key, ${one})`
  const digest = name === 'ecdsa-p256' ? `'sha256'` : 'null'
  return encodings
    .map((encoding) =>
      isAsymmetric
        ? `isSignedBy(key, ${digest}, signed${number}, ${one}, '${encoding}')`
        : `isEqual(mac.toString('${encoding}'), ${one})`,
    )
    .join(' || ')
}

function signed({ signed: parts }: SignaturePlan): string {
  const [only] = parts
  if (parts.length === 1 && only === 'body') return 'body'
  if (parts.length === 1 && only !== undefined) return part(only)
  return `Buffer.concat([${parts.map(part).join(', ')}])`
}

function part(plan: PartPlan): string {
  if (plan === 'body') return 'body'
  const [only] = plan
  if (plan.length === 1 && only !== undefined && only.kind !== 'literal') return `Buffer.from(${value(only)})`
  const content = plan.map((piece) => (piece.kind === 'literal' ? literal(piece.text, '`$') : `\${${value(piece)}}`))
  return `Buffer.from(\`${content.join('')}\`)`
}

function value(piece: Exclude<PiecePlan, { kind: 'literal' }>): string {
  return piece.kind === 'url' ? 'url' : piece.kind === 'method' ? 'method.toUpperCase()' : valueOf(piece)
}

function valueOf({ variable, prefix }: TextPlan): string {
  return prefix === '' ? camel(variable) : `${camel(variable)}.slice(${prefix.length})`
}

function age({ age: plan }: Plan): string[] {
  if (plan === null) return []
  const time = valueOf(plan.time)
  const seconds =
    plan.as === 'unix'
      ? `Number(${time})`
      : plan.as === 'unixMs'
        ? `Number(${time}) / 1000`
        : `Date.parse(${time}) / 1000`
  return ['', refuse(`Math.abs(now - ${seconds}) > toleranceSeconds`, sentences.stale)]
}

function result({ result: what }: Plan): string {
  if (what === 'body') return `return JSON.parse(Buffer.from(body).toString())`
  return `return ${what === null ? 'true' : valueOf(what)}`
}

function refuse(condition: string, why: string): string {
  return `if (${condition}) throw new Error(${text(why)})`
}

function text(content: string): string {
  return `'${literal(content, "'")}'`
}

function literal(content: string, special: string): string {
  return escape(content, { special, byNumber: braced })
}
