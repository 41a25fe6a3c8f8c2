/** Java 17 and its own classes. They have no JSON parser: the body is returned as text. */
import { escape, indent } from './literal.ts'
import { camel } from './names.ts'
import {
  asymmetricEncodings,
  type FieldPlan,
  type PartPlan,
  type PiecePlan,
  type Plan,
  type SignaturePlan,
  type TextPlan,
  type Printed,
} from './plan.ts'
import { about, headerLook, mistake, parameterMeaning, refusal, sentences } from './sentences.ts'

/** The packages of the classes that a snippet can use. */
const packages = {
  ByteArrayOutputStream: 'java.io',
  GeneralSecurityException: 'java.security',
  InvalidKeyException: 'java.security',
  KeyFactory: 'java.security',
  MessageDigest: 'java.security',
  PublicKey: 'java.security',
  Signature: 'java.security',
  SignatureException: 'java.security',
  X509EncodedKeySpec: 'java.security.spec',
  OffsetDateTime: 'java.time',
  ArrayList: 'java.util',
  Arrays: 'java.util',
  Base64: 'java.util',
  Collection: 'java.util',
  HexFormat: 'java.util',
  List: 'java.util',
  Map: 'java.util',
  TreeMap: 'java.util',
  Mac: 'javax.crypto',
  SecretKeySpec: 'javax.crypto.spec',
}

const containers = 'with a text or a list of texts each, as HttpHeaders of Spring and of java.net.http have them'

export function java(plan: Plan): Printed {
  const members = [...constants(plan), ...main(plan), ...helpers(plan)]
  const lines = ['public final class Webhook {', ...indent(members, '  '), '}']
  return { code: `${[...imports(lines.join('\n')), ...lines].join('\n')}\n`, needs: ['Java 17'] }
}

function imports(code: string): string[] {
  // Quoted texts of the dialect use no class.
  const used = code.replace(/"(?:[^"\\]|\\.)*"/g, '""')
  const names = Object.entries(packages).filter(([name]) => new RegExp(`\\b${name}\\b`).test(used))
  return [
    ...(used.includes('UTF_8') ? ['import static java.nio.charset.StandardCharsets.UTF_8;', ''] : []),
    ...names.map(([name, folder]) => `import ${folder}.${name};`),
    ...(names.length > 0 ? [''] : []),
  ]
}

function constants(plan: Plan): string[] {
  return plan.age === null
    ? []
    : [
        `/** ${sentences.age(plan)} */`,
        `private static final long TOLERANCE_SECONDS = ${plan.age.toleranceSeconds};`,
        '',
      ]
}

/** Decodes asymmetric signatures; a text that cannot be decoded throws. */
function helpers({ signatures }: Plan): string[] {
  return asymmetricEncodings(signatures).flatMap((encoding) => {
    const isHex = encoding === 'hex'
    return [
      '',
      `/** ${sentences.spelling} */`,
      `private static boolean isSignedBy${isHex ? 'Hex' : 'Base64'}(PublicKey key, String algorithm, byte[] signed, String signature) {`,
      '  try {',
      `    byte[] bytes = ${isHex ? 'HexFormat.of().parseHex(signature)' : 'Base64.getDecoder().decode(signature)'};`,
      '    Signature verifier = Signature.getInstance(algorithm);',
      '    verifier.initVerify(key);',
      '    verifier.update(signed);',
      `    return ${isHex ? 'HexFormat.of().formatHex(bytes)' : 'Base64.getEncoder().encodeToString(bytes)'}.equals(signature) && verifier.verify(bytes);`,
      '  } catch (GeneralSecurityException | IllegalArgumentException wrong) {',
      '    return false;',
      '  }',
      '}',
    ]
  })
}

const types = {
  headers: 'Map<String, ?>',
  body: 'byte[]',
  secrets: 'List<String>',
  now: 'long',
  query: 'Map<String, String>',
  url: 'String',
  method: 'String',
}

function main(plan: Plan): string[] {
  const parameters = plan.parameters.map((name) => `${types[name]} ${name}`)
  const throws = plan.entry === 'verify' ? ' throws GeneralSecurityException' : ''
  const body = [
    ...(plan.parameters.includes('headers')
      ? [
          'var sent = new TreeMap<String, String>(String.CASE_INSENSITIVE_ORDER);',
          'headers.forEach((name, value) -> {',
          '  var several = value instanceof Collection<?> values ? values : value == null ? List.of() : List.of(value);',
          '  for (Object one : several) if (name != null) sent.merge(name, one.toString(), (a, b) -> a + ", " + b);',
          '});',
        ]
      : []),
    ...(plan.signatures.length === 0 ? [] : refuse('secrets.isEmpty()', sentences.noSecret, 'InvalidKeyException')),
    ...plan.fields.flatMap((one) => field(one, plan)),
    ...plan.signatures.flatMap(signature),
    ...age(plan),
    result(plan),
  ]
  return [
    '/**',
    ...about(plan).map((line) => ` * ${line}`),
    ' *',
    ...plan.parameters.map((name) => ` * @param ${name} ${parameterMeaning(plan, name, containers)}`),
    ` * @throws ${plan.entry === 'verify' ? 'GeneralSecurityException' : 'IllegalArgumentException'} ${refusal(plan)}`,
    ...mistake(plan, 'An InvalidKeyException or IllegalArgumentException').map((line) => ` * ${line}`),
    ' */',
    `public static ${plan.result === null ? 'void' : 'String'} ${plan.entry}(${parameters.join(', ')})${throws} {`,
    ...indent(body, '  '),
    '}',
  ]
}

function field(plan: FieldPlan, { entry }: Plan): string[] {
  const { variable, from, name, prefix, pattern, delimiters } = plan
  const it = camel(variable)
  const wrong = [
    ...(prefix === '' ? [] : [`!${it}.startsWith(${text(prefix)})`]),
    ...(pattern === null
      ? [`${valueOf(plan)}.isEmpty()`, ...delimiters.map((one) => `${valueOf(plan)}.contains(${text(one)})`)]
      : [`!${valueOf(plan)}.matches("${pattern}")`]),
  ]
  const exception = entry === 'verify' ? 'SignatureException' : 'IllegalArgumentException'
  return [
    `String ${it} = ${from === 'headers' ? 'sent' : 'query'}.getOrDefault(${text(name)}, "");`,
    ...refuse(wrong.join(' || '), sentences.field(plan), exception),
  ]
}

function signature(plan: SignaturePlan): string[] {
  const { number } = plan
  return [
    '',
    ...algorithm(plan),
    ...header(plan),
    ...signed(plan),
    `boolean isRight${number} = false;`,
    'for (String secret : secrets) {',
    ...indent([...key(plan), ...compare(plan)], '  '),
    '}',
    ...refuse(`!isRight${number}`, sentences.mismatch),
  ]
}

function algorithm(plan: SignaturePlan): string[] {
  if (plan.algorithmHeader === null) return []
  const { name, accepts } = plan.algorithmHeader
  const given = `sent.getOrDefault(${text(name)}, ${text(accepts[0] ?? '')})`
  return refuse(`!List.of(${accepts.map(text).join(', ')}).contains(${given})`, sentences.algorithm(plan))
}

/** Parses the header. The code sets `signature`, or `signatures` if there can be several. */
function header(plan: SignaturePlan): string[] {
  const { format, number, holds, timePattern } = plan
  const value = `sent.getOrDefault(${text(plan.header)}, "")`
  const [one, all] = [`signature${number}`, `signatures${number}`]
  const malformed = sentences.header(plan)
  if ('bare' in format) {
    const { prefix = '' } = format.bare
    if (prefix === '') return [`String ${one} = ${value};`, ...refuse(`${one}.isEmpty()`, malformed)]
    return [
      `String header${number} = ${value};`,
      ...refuse(`!header${number}.startsWith(${text(prefix)})`, malformed),
      `String ${one} = header${number}.substring(${prefix.length});`,
    ]
  }
  if ('list' in format) {
    const prefix = `${format.list.version},`
    return [
      `// ${headerLook(plan)}`,
      `var ${all} = new ArrayList<String>();`,
      `for (String entry : ${value}.split(" ", 17)) {`,
      `  if (entry.startsWith(${text(prefix)})) ${all}.add(entry.substring(${prefix.length}));`,
      '}',
      ...refuse(`${all}.isEmpty()`, malformed),
    ]
  }
  const { separator, time, signature: name } = format.pairs
  const times = `times${number}`
  return [
    `// ${headerLook(plan)}`,
    ...(time === undefined ? [] : [`var ${times} = new ArrayList<String>();`]),
    `var ${all} = new ArrayList<String>();`,
    `for (String pair : ${value}.split(${text(separator)}, 17)) {`,
    '  String[] halves = pair.stripLeading().split("=", 2);',
    '  if (halves.length < 2) continue;',
    ...(time === undefined ? [] : [`  if (halves[0].equals(${text(time)})) ${times}.add(halves[1]);`]),
    `  if (halves[0].equals(${text(name)})) ${all}.add(halves[1]);`,
    '}',
    ...refuse(holds === 'one' ? `${all}.size() != 1` : `${all}.isEmpty()`, malformed),
    ...(holds === 'one' ? [`String ${one} = ${all}.get(0);`] : []),
    ...(time === undefined || timePattern === null
      ? []
      : [
          ...refuse(`${times}.size() != 1 || !${times}.get(0).matches("${timePattern}")`, sentences.time(plan)),
          `String sentAt${number} = ${times}.get(0);`,
        ]),
  ]
}

function signed({ algorithm: name, signed: parts, number }: SignaturePlan): string[] {
  if (name === 'shared-secret') return []
  const [only] = parts
  if (parts.length === 1 && only !== undefined) return [`byte[] signed${number} = ${part(only)};`]
  return [
    `var parts${number} = new ByteArrayOutputStream();`,
    ...parts.map((one) => `parts${number}.writeBytes(${part(one)});`),
    `byte[] signed${number} = parts${number}.toByteArray();`,
  ]
}

function key({ key: { encoding, prefix, minBytes }, algorithm: name, number }: SignaturePlan): string[] {
  const secret =
    prefix === '' ? 'secret' : `secret.startsWith(${text(prefix)}) ? secret.substring(${prefix.length}) : secret`
  const bytes = {
    utf8: `${prefix === '' ? secret : `(${secret})`}.getBytes(UTF_8)`,
    base64: `Base64.getDecoder().decode(${secret})`,
    hex: `HexFormat.of().parseHex(${secret})`,
  }[encoding]
  if (name === 'ed25519') {
    return [
      '// What stands in front of a public key in DER (RFC 8410).',
      'var der = new ByteArrayOutputStream();',
      'der.writeBytes(HexFormat.of().parseHex("302a300506032b6570032100"));',
      `der.writeBytes(${bytes});`,
      'PublicKey key = KeyFactory.getInstance("Ed25519").generatePublic(new X509EncodedKeySpec(der.toByteArray()));',
    ]
  }
  if (name === 'ecdsa-p256') {
    return [`PublicKey key = KeyFactory.getInstance("EC").generatePublic(new X509EncodedKeySpec(${bytes}));`]
  }
  const checked = [
    `byte[] key = ${bytes};`,
    ...refuse(`key.length < ${minBytes}`, sentences.shortKey, 'InvalidKeyException'),
  ]
  if (name === 'shared-secret') return checked
  const mac = `Hmac${name.slice('hmac-'.length).toUpperCase()}`
  return [
    ...checked,
    `Mac hmac = Mac.getInstance("${mac}");`,
    `hmac.init(new SecretKeySpec(key, "${mac}"));`,
    `byte[] mac = hmac.doFinal(signed${number});`,
  ]
}

/** Whether a signature was made with `key`, in constant time. */
function compare(plan: SignaturePlan): string[] {
  const { number, holds } = plan
  const lines = (one: string): string[] => matches(plan, one).map((test) => `isRight${number} |= ${test};`)
  return holds === 'one'
    ? lines(`signature${number}`)
    : [`for (String signature : signatures${number}) {`, ...indent(lines('signature'), '  '), '}']
}

function matches({ algorithm: name, encodings, number, isAsymmetric }: SignaturePlan, one: string): string[] {
  const given = `${one}.getBytes(UTF_8)`
  if (name === 'shared-secret') return [`MessageDigest.isEqual(key, ${given})`]
  if (isAsymmetric) {
    const algorithmName = name === 'ed25519' ? 'Ed25519' : 'SHA256withECDSA'
    return encodings.map(
      (encoding) =>
        `isSignedBy${encoding === 'hex' ? 'Hex' : 'Base64'}(key, "${algorithmName}", signed${number}, ${one})`,
    )
  }
  const expected = { hex: 'HexFormat.of().formatHex(mac).getBytes(UTF_8)', base64: 'Base64.getEncoder().encode(mac)' }
  return encodings.map((encoding) => `MessageDigest.isEqual(${expected[encoding]}, ${given})`)
}

function part(plan: PartPlan): string {
  if (plan === 'body') return 'body'
  const pieces = plan.map((piece) => (piece.kind === 'literal' ? text(piece.text) : value(piece)))
  return `${pieces.length === 1 ? pieces.join('') : `(${pieces.join(' + ')})`}.getBytes(UTF_8)`
}

function value(piece: Exclude<PiecePlan, { kind: 'literal' }>): string {
  return piece.kind === 'url' ? 'url' : piece.kind === 'method' ? 'method.toUpperCase()' : valueOf(piece)
}

function valueOf({ variable, prefix }: TextPlan): string {
  return prefix === '' ? camel(variable) : `${camel(variable)}.substring(${prefix.length})`
}

function age({ age: plan }: Plan): string[] {
  if (plan === null) return []
  const time = valueOf(plan.time)
  const seconds =
    plan.as === 'unix'
      ? `Long.parseLong(${time})`
      : plan.as === 'unixMs'
        ? `Long.parseLong(${time}) / 1000`
        : `OffsetDateTime.parse(${time}).toEpochSecond()`
  return ['', ...refuse(`Math.abs(now - ${seconds}) > TOLERANCE_SECONDS`, sentences.stale)]
}

function result({ result: what }: Plan): string {
  if (what === 'body') return 'return new String(body, UTF_8);'
  return what === null ? 'return;' : `return ${valueOf(what)};`
}

function refuse(condition: string, why: string, exception = 'SignatureException'): string[] {
  return [`if (${condition}) {`, `  throw new ${exception}(${text(why)});`, '}']
}

function text(content: string): string {
  return `"${escape(content, { special: '"', byNumber })}"`
}

/** Octal escapes. Java reads `\u000a` before it looks for quotes, so it would end the line. */
function byNumber(codePoint: number): string {
  if (codePoint <= 0xff) return `\\${codePoint.toString(8).padStart(3, '0')}`
  const units = String.fromCodePoint(codePoint).split('')
  return units.map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`).join('')
}
