/** Python 3.9. Every refusal is a ValueError, as in Python's own decoders. */
import type { Algorithm, TextEncoding } from '../dialect.ts'
import { escape, indent } from './literal.ts'
import { snake } from './names.ts'
import type { FieldPlan, PartPlan, PiecePlan, Plan, SignaturePlan, TextPlan, Printed } from './plan.ts'
import { about, headerLook, mistake, parameterMeaning, refusal, sentences } from './sentences.ts'

const containers =
  'request.headers of Django, Flask, Starlette and others, a WSGI environ, request.META, an ASGI list, or a dict'

export function python(plan: Plan): Printed {
  const code = [...constants(plan), ...helpers(plan), ...main(plan)]
  const isAsymmetric = plan.signatures.some((signature) => signature.isAsymmetric)
  return {
    code: `${[...imports(plan, code.join('\n')), '', '', ...code].join('\n').trimStart()}\n`,
    needs: ['Python 3.9', ...(isAsymmetric ? ['the package cryptography'] : [])],
  }
}

function imports({ signatures }: Plan, code: string): string[] {
  const modules = ['base64', 'binascii', 'hashlib', 'hmac', 'json', 're', 'time'].filter((name) =>
    code.includes(`${name}.`),
  )
  const has = (algorithm: SignaturePlan['algorithm']): boolean => signatures.some((one) => one.algorithm === algorithm)
  return [
    ...modules.map((name) => `import ${name}`),
    ...(code.includes('datetime.') ? ['from datetime import datetime'] : []),
    ...(code.includes('InvalidSignature') ? ['', 'from cryptography.exceptions import InvalidSignature'] : []),
    ...(has('ecdsa-p256')
      ? [
          'from cryptography.hazmat.primitives.asymmetric import ec',
          'from cryptography.hazmat.primitives.hashes import SHA256',
          'from cryptography.hazmat.primitives.serialization import load_der_public_key',
        ]
      : []),
    ...(has('ed25519') ? ['from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey'] : []),
  ]
}

function constants(plan: Plan): string[] {
  return plan.age === null
    ? []
    : [`# ${sentences.age(plan)}`, `TOLERANCE_SECONDS = ${plan.age.toleranceSeconds}`, '', '']
}

/** Decodes asymmetric signatures; a wrong one raises. */
function helpers({ signatures }: Plan): string[] {
  const names = new Map(
    signatures
      .filter(({ isAsymmetric }) => isAsymmetric)
      .flatMap(({ algorithm, encodings }) =>
        encodings.map((encoding) => [helperName(algorithm, encoding), { algorithm, encoding }] as const),
      ),
  )
  return [...names].flatMap(([name, { algorithm, encoding }]) => [
    `def ${name}(key, signature, signed):`,
    '    try:',
    `        data = ${decoded('signature', encoding)}`,
    `        key.verify(data, signed${algorithm === 'ecdsa-p256' ? ', ec.ECDSA(SHA256())' : ''})`,
    '    except (InvalidSignature, ValueError):',
    '        return False',
    `    # ${sentences.spelling}`,
    `    return ${encoding === 'hex' ? 'data.hex()' : 'base64.b64encode(data).decode()'} == signature`,
    '',
    '',
  ])
}

function helperName(algorithm: Algorithm, encoding: TextEncoding): string {
  return `is_${algorithm === 'ed25519' ? 'ed25519' : 'ecdsa'}_${encoding}`
}

function main(plan: Plan): string[] {
  // A parameter with a default comes last.
  const parameters = [...plan.parameters.filter((name) => name !== 'now'), ...(plan.age === null ? [] : ['now=None'])]
  const body = [
    `"""${about(plan).join('\n')}`,
    '',
    ...plan.parameters.map((name) => `${name}: ${parameterMeaning(plan, name, containers)}`),
    '',
    `Raises ValueError ${refusal(plan)}.`,
    ...mistake(plan, 'A RuntimeError'),
    '"""',
    ...(plan.parameters.includes('headers')
      ? [
          'sent = {}',
          'for name, value in headers.items() if hasattr(headers, "items") else headers:',
          '    for one in value if isinstance(value, (list, tuple)) else [value]:',
          '        name, one = (part.decode("latin-1") if isinstance(part, bytes) else part for part in (name, one))',
          '        if isinstance(name, str) and isinstance(one, str):',
          '            # WSGI and Django write X-A as HTTP_X_A.',
          '            key = name.removeprefix("HTTP_").replace("_", "-").lower()',
          '            sent[key] = f"{sent[key]}, {one}" if key in sent else one',
        ]
      : []),
    ...(plan.signatures.length === 0 ? [] : ['if not secrets:', `    raise RuntimeError(${text(sentences.noSecret)})`]),
    ...plan.fields.flatMap(field),
    ...plan.signatures.flatMap(signature),
    ...age(plan),
    result(plan),
  ]
  return [`def ${plan.entry}(${parameters.join(', ')}):`, ...indent(body.join('\n').split('\n'))]
}

function field(plan: FieldPlan): string[] {
  const { variable, from, name, prefix, pattern, delimiters } = plan
  const it = snake(variable)
  const wrong = [
    ...(prefix === '' ? [] : [`not ${it}.startswith(${text(prefix)})`]),
    ...(pattern === null
      ? [`not ${valueOf(plan)}`, ...delimiters.map((delimiter) => `${text(delimiter)} in ${valueOf(plan)}`)]
      : [`not re.fullmatch(${text(pattern)}, ${valueOf(plan)})`]),
  ]
  return [
    `${it} = ${from === 'headers' ? 'sent' : from}.get(${text(name)}, "")`,
    ...refuse(wrong.join(' or '), sentences.field(plan)),
  ]
}

function signature(plan: SignaturePlan): string[] {
  const { number, holds } = plan
  const test = matches(plan, holds === 'one' ? `signature${number}` : 'signature')
  return [
    '',
    ...algorithm(plan),
    ...header(plan),
    ...(plan.algorithm === 'shared-secret' ? [] : [`signed${number} = ${plan.signed.map(part).join(' + ')}`]),
    'for secret in secrets:',
    ...indent([
      ...key(plan),
      ...mac(plan),
      holds === 'one' ? `if ${test}:` : `if any(${test} for signature in signatures${number}):`,
    ]),
    '        break',
    'else:',
    `    raise ValueError(${text(sentences.mismatch)})`,
  ]
}

function algorithm(plan: SignaturePlan): string[] {
  if (plan.algorithmHeader === null) return []
  const { name, accepts } = plan.algorithmHeader
  const known = accepts.map((value) => `${text(value)},`).join(' ')
  const missing = text(accepts[0] ?? '')
  return refuse(`sent.get(${text(name)}, ${missing}) not in (${known})`, sentences.algorithm(plan))
}

/** Parses the header. The code sets `signature`, or `signatures` if there can be several. */
function header(plan: SignaturePlan): string[] {
  const { format, number, holds, timePattern } = plan
  const value = `sent.get(${text(plan.header)}, "")`
  const [one, all] = [`signature${number}`, `signatures${number}`]
  const malformed = sentences.header(plan)
  if ('bare' in format) {
    const { prefix = '' } = format.bare
    if (prefix === '') return [`${one} = ${value}`, ...refuse(`not ${one}`, malformed)]
    return [
      `${one} = ${value}`,
      ...refuse(`not ${one}.startswith(${text(prefix)})`, malformed),
      `${one} = ${one}[${prefix.length}:]`,
    ]
  }
  if ('list' in format) {
    const prefix = `${format.list.version},`
    return [
      `# ${headerLook(plan)}`,
      `entries${number} = ${value}.split(" ")[:16]`,
      `${all} = [entry[${prefix.length}:] for entry in entries${number} if entry.startswith(${text(prefix)})]`,
      ...refuse(`not ${all}`, malformed),
    ]
  }
  const { separator, time, signature: name } = format.pairs
  const values = (key: string): string => `[value for name, _, value in pairs${number} if name == ${text(key)}]`
  const [sentAt, times] = [`sent_at${number}`, `times${number}`]
  return [
    `# ${headerLook(plan)}`,
    `pairs${number} = [pair.lstrip().partition("=") for pair in ${value}.split(${text(separator)})[:16]]`,
    `${all} = ${values(name)}`,
    ...refuse(holds === 'one' ? `len(${all}) != 1` : `not ${all}`, malformed),
    ...(holds === 'one' ? [`${one} = ${all}[0]`] : []),
    ...(time === undefined || timePattern === null
      ? []
      : [
          `${times} = ${values(time)}`,
          ...refuse(`len(${times}) != 1 or not re.fullmatch(${text(timePattern)}, ${times}[0])`, sentences.time(plan)),
          `${sentAt} = ${times}[0]`,
        ]),
  ]
}

function key({ key: { encoding, prefix, minBytes }, algorithm: name }: SignaturePlan): string[] {
  const given = '(secret or "")'
  const bytes = decoded(prefix === '' ? given : `${given}.removeprefix(${text(prefix)})`, encoding)
  const made =
    name === 'ed25519'
      ? `Ed25519PublicKey.from_public_bytes(${bytes})`
      : name === 'ecdsa-p256'
        ? `load_der_public_key(${bytes})`
        : bytes
  const isPublic = name === 'ed25519' || name === 'ecdsa-p256'
  const read = [
    'try:',
    `    key = ${made}`,
    'except ValueError:',
    `    raise RuntimeError(${text(isPublic ? sentences.notPublic : sentences.wrongKey)}) from None`,
  ]
  if (isPublic) return read
  return [
    ...(encoding === 'utf8' ? [`key = ${made}`] : read),
    `if len(key) < ${minBytes}:`,
    `    raise RuntimeError(${text(sentences.shortKey)})`,
  ]
}

function mac({ algorithm: name, number }: SignaturePlan): string[] {
  if (!name.startsWith('hmac-')) return []
  return [`mac = hmac.new(key, signed${number}, hashlib.${name.slice('hmac-'.length)}).digest()`]
}

function decoded(value: string, encoding: SignaturePlan['key']['encoding']): string {
  if (encoding === 'utf8') return `${value}.encode()`
  return encoding === 'hex' ? `binascii.unhexlify(${value})` : `base64.b64decode(${value}, validate=True)`
}

/** Whether this signature was made with `key`, in constant time. */
function matches({ algorithm: name, encodings, number, isAsymmetric }: SignaturePlan, one: string): string {
  const given = `${one}.encode("utf-8", "replace")`
  if (name === 'shared-secret') return `hmac.compare_digest(key, ${given})`
  if (isAsymmetric) {
    return encodings.map((encoding) => `${helperName(name, encoding)}(key, ${one}, signed${number})`).join(' or ')
  }
  const expected = encodings.map((encoding) => (encoding === 'hex' ? 'mac.hex().encode()' : 'base64.b64encode(mac)'))
  return expected.map((value) => `hmac.compare_digest(${value}, ${given})`).join(' or ')
}

function part(plan: PartPlan): string {
  if (plan === 'body') return 'body'
  const [only] = plan
  if (plan.length === 1 && only !== undefined && only.kind !== 'literal') return `${value(only)}.encode()`
  const isFormatted = plan.some(({ kind }) => kind !== 'literal')
  const content = plan.map((piece) =>
    piece.kind === 'literal' ? literal(piece.text, isFormatted) : `{${value(piece)}}`,
  )
  return `${isFormatted ? 'f' : ''}"${content.join('')}".encode()`
}

function value(piece: Exclude<PiecePlan, { kind: 'literal' }>): string {
  return piece.kind === 'url' ? 'url' : piece.kind === 'method' ? 'method.upper()' : valueOf(piece)
}

function valueOf({ variable, prefix }: TextPlan): string {
  return prefix === '' ? snake(variable) : `${snake(variable)}[${prefix.length}:]`
}

function age({ age: plan }: Plan): string[] {
  if (plan === null) return []
  const time = valueOf(plan.time)
  const seconds = {
    unix: `int(${time})`,
    unixMs: `int(${time}) / 1000`,
    iso: `datetime.fromisoformat(${time}.replace("Z", "+00:00")).timestamp()`,
  }[plan.as === 'isoMs' ? 'iso' : plan.as]
  return [
    '',
    'if now is None:',
    '    now = time.time()',
    ...refuse(`abs(now - ${seconds}) > TOLERANCE_SECONDS`, sentences.stale),
  ]
}

function result({ result: what }: Plan): string {
  return what === 'body' ? 'return json.loads(body)' : `return ${what === null ? 'True' : valueOf(what)}`
}

function refuse(condition: string, why: string): string[] {
  return [`if ${condition}:`, `    raise ValueError(${text(why)})`]
}

function text(content: string): string {
  return `"${literal(content, false)}"`
}

function literal(content: string, isFormatted: boolean): string {
  const escaped = escape(content, { special: '"', byNumber })
  return isFormatted ? escaped.replaceAll('{', '{{').replaceAll('}', '}}') : escaped
}

function byNumber(codePoint: number): string {
  const digits = codePoint.toString(16)
  return codePoint > 0xffff ? `\\U${digits.padStart(8, '0')}` : `\\u${digits.padStart(4, '0')}`
}
