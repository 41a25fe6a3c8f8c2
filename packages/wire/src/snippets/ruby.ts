/** Ruby 3.1 with its own OpenSSL. All texts are compared and concatenated as bytes. */
import { braced, escape, indent, isPlain } from './literal.ts'
import { snake } from './names.ts'
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

const containers = 'request.headers of Rails, the env of Rack, or a Hash'

export function ruby(plan: Plan): Printed {
  const code = [...constants(plan), ...main(plan), ...helpers(plan)]
  return { code: `${[...imports(plan), ...code].join('\n').trimStart()}\n`, needs: ['Ruby 3.1'] }
}

function imports({ result: what, signatures, age: time }: Plan): string[] {
  return [
    ...(what === 'body' ? [`require 'json'`] : []),
    ...(signatures.length > 0 ? [`require 'openssl'`] : []),
    ...(time?.as === 'iso' || time?.as === 'isoMs' ? [`require 'time'`] : []),
    '',
  ]
}

function constants(plan: Plan): string[] {
  return [
    'class WebhookError < StandardError; end',
    '',
    ...(plan.age === null ? [] : [`# ${sentences.age(plan)}`, `TOLERANCE_SECONDS = ${plan.age.toleranceSeconds}`, '']),
  ]
}

function helpers({ signatures }: Plan): string[] {
  return [
    ...(signatures.every(({ isAsymmetric }) => isAsymmetric)
      ? []
      : [
          '',
          '# Takes the same time wherever the two differ.',
          'def equal_bytes?(left, right)',
          '  left.bytesize == right.bytesize && OpenSSL.fixed_length_secure_compare(left, right)',
          'end',
        ]),
    ...asymmetricEncodings(signatures).flatMap((encoding) => [
      '',
      `# ${sentences.spelling}`,
      `def signed_by_${encoding}?(key, digest, signed, signature)`,
      ...(encoding === 'hex'
        ? [
            `  bytes = [signature].pack('H*')`,
            `  bytes.unpack1('H*') == signature && key.verify(digest, bytes, signed)`,
          ]
        : [
            `  bytes = signature.unpack1('m0')`,
            `  [bytes].pack('m0') == signature && key.verify(digest, bytes, signed)`,
          ]),
      'rescue ArgumentError, OpenSSL::PKey::PKeyError',
      '  false',
      'end',
    ]),
  ]
}

function main(plan: Plan): string[] {
  const parameters = [
    ...plan.parameters.filter((name) => name !== 'now'),
    ...(plan.age === null ? [] : ['now = Time.now.to_f']),
  ]
  const maps = (['headers', 'query'] as const).filter((name) => plan.parameters.includes(name))
  const body = [
    ...maps.flatMap((name) =>
      name === 'headers'
        ? [
            'headers = headers.each_with_object({}) do |(name, value), all|',
            '  next unless value.is_a?(String) || value.is_a?(Array)',
            '  # Rails and Rack write X-A as HTTP_X_A.',
            `  all[name.to_s.delete_prefix('HTTP_').tr('_', '-').downcase] = [value].flatten.join(', ').b`,
            'end',
          ]
        : 'query = query.to_h { |name, value| [name.to_s, value.to_s.b] }',
    ),
    ...(plan.signatures.length === 0
      ? []
      : ['secrets = secrets.map(&:to_s)', `raise ArgumentError, ${text(sentences.noSecret)} if secrets.empty?`]),
    ...plan.fields.flatMap(field),
    ...plan.signatures.flatMap(signature),
    ...age(plan),
    result(plan),
  ]
  return [
    ...about(plan).map((line) => `# ${line}`),
    '#',
    ...plan.parameters.map((name) => `# ${name}: ${parameterMeaning(plan, name, containers)}`),
    '#',
    `# Raises WebhookError ${refusal(plan)}.`,
    ...mistake(plan, 'An ArgumentError').map((line) => `# ${line}`),
    `def ${plan.entry}(${parameters.join(', ')})`,
    ...indent(body, '  '),
    'end',
  ]
}

function field(plan: FieldPlan): string[] {
  const { variable, from, name, prefix, pattern, delimiters } = plan
  const it = snake(variable)
  const wrong = [
    ...(prefix === '' ? [] : [`!${it}.start_with?(${text(prefix)})`]),
    ...(pattern === null
      ? [`${valueOf(plan)}.empty?`, ...delimiters.map((one) => `${valueOf(plan)}.include?(${bytes(one)})`)]
      : [`!${valueOf(plan)}.match?(${matcher(pattern)})`]),
  ]
  return [`${it} = ${from}.fetch(${text(name)}, '')`, refuse(wrong.join(' || '), sentences.field(plan))]
}

function signature(plan: SignaturePlan): string[] {
  const { number, holds } = plan
  const test = matches(plan, holds === 'one' ? `signature${number}` : 'signature')
  return [
    '',
    ...algorithm(plan),
    ...header(plan),
    ...(plan.algorithm === 'shared-secret' ? [] : [`signed${number} = ${plan.signed.map(part).join(' + ')}`]),
    `is_right${number} = secrets.any? do |secret|`,
    ...indent(
      [...key(plan), ...mac(plan), holds === 'one' ? test : `signatures${number}.any? { |signature| ${test} }`],
      '  ',
    ),
    'end',
    refuse(`!is_right${number}`, sentences.mismatch),
  ]
}

function algorithm(plan: SignaturePlan): string[] {
  if (plan.algorithmHeader === null) return []
  const { name, accepts } = plan.algorithmHeader
  const given = `headers.fetch(${text(name)}, ${text(accepts[0] ?? '')})`
  return [refuse(`![${accepts.map(text).join(', ')}].include?(${given})`, sentences.algorithm(plan))]
}

/** Parses the header. The code sets `signature`, or `signatures` if there can be several. */
function header(plan: SignaturePlan): string[] {
  const { format, number, holds, timePattern } = plan
  const value = `headers.fetch(${text(plan.header)}, '')`
  const [one, all] = [`signature${number}`, `signatures${number}`]
  const malformed = sentences.header(plan)
  if ('bare' in format) {
    const { prefix = '' } = format.bare
    if (prefix === '') return [`${one} = ${value}`, refuse(`${one}.empty?`, malformed)]
    return [
      `${one} = ${value}`,
      refuse(`!${one}.start_with?(${text(prefix)})`, malformed),
      `${one} = ${one}.delete_prefix(${text(prefix)})`,
    ]
  }
  if ('list' in format) {
    const prefix = text(`${format.list.version},`)
    return [
      `# ${headerLook(plan)}`,
      `entries${number} = ${value}.split(' ').first(16)`,
      `${all} = entries${number}.select { |entry| entry.start_with?(${prefix}) }.map { |entry| entry.delete_prefix(${prefix}) }`,
      refuse(`${all}.empty?`, malformed),
    ]
  }
  const { separator, time, signature: name } = format.pairs
  const values = (key: string): string => `pairs${number}.select { |key, _| key == ${text(key)} }.map(&:last)`
  return [
    `# ${headerLook(plan)}`,
    `pairs${number} = ${value}.split(${text(separator)}).first(16).map { |pair| pair.lstrip.split('=', 2) }`,
    `${all} = ${values(name)}`,
    refuse(holds === 'one' ? `${all}.size != 1` : `${all}.empty?`, malformed),
    ...(holds === 'one' ? [`${one} = ${all}.first`] : []),
    ...(time === undefined || timePattern === null
      ? []
      : [
          `times${number} = ${values(time)}`,
          `sent_at${number} = times${number}.first.to_s`,
          refuse(`times${number}.size != 1 || !sent_at${number}.match?(${matcher(timePattern)})`, sentences.time(plan)),
        ]),
  ]
}

function key({ key: { encoding, prefix, minBytes }, algorithm: name }: SignaturePlan): string[] {
  const secret = prefix === '' ? 'secret' : `secret.delete_prefix(${text(prefix)})`
  // `pack` does not skip invalid characters in hex; strict base64 (m0) raises.
  const decoded = {
    utf8: `${secret}.b`,
    base64: `${secret}.unpack1('m0')`,
    hex: `[${secret}].pack('H*')`,
  }[encoding]
  const lines = [
    ...(encoding === 'hex'
      ? [`raise ArgumentError, ${text(sentences.wrongKey)} unless ${secret}.match?(/\\A([0-9a-f]{2})+\\z/)`]
      : []),
    `${name.startsWith('hmac-') || name === 'shared-secret' ? 'key' : 'bytes'} = ${decoded}`,
  ]
  if (name === 'ed25519') {
    return [
      ...lines,
      `raise ArgumentError, ${text(sentences.notPublic)} if bytes.bytesize != 32`,
      `# What stands in front of a public key in DER (RFC 8410).`,
      `key = OpenSSL::PKey.read(['302a300506032b6570032100'].pack('H*') + bytes)`,
    ]
  }
  if (name === 'ecdsa-p256') return [...lines, 'key = OpenSSL::PKey.read(bytes)']
  return [...lines, `raise ArgumentError, ${text(sentences.shortKey)} if key.bytesize < ${minBytes}`]
}

function mac({ algorithm: name, number }: SignaturePlan): string[] {
  if (!name.startsWith('hmac-')) return []
  return [`mac = OpenSSL::HMAC.digest('${name.slice('hmac-'.length).toUpperCase()}', key, signed${number})`]
}

/** Whether this signature was made with `key`, in constant time. */
function matches({ algorithm: name, encodings, number, isAsymmetric }: SignaturePlan, one: string): string {
  if (name === 'shared-secret') return `equal_bytes?(key, ${one})`
  const digest = name === 'ecdsa-p256' ? `'SHA256'` : 'nil'
  return encodings
    .map((encoding) => {
      if (!isAsymmetric) return `equal_bytes?(${encoding === 'hex' ? `mac.unpack1('H*')` : `[mac].pack('m0')`}, ${one})`
      return `signed_by_${encoding}?(key, ${digest}, signed${number}, ${one})`
    })
    .join(' || ')
}

function part(plan: PartPlan): string {
  if (plan === 'body') return 'body.b'
  const [only] = plan
  if (plan.length === 1 && only !== undefined) return only.kind === 'literal' ? bytes(only.text) : value(only)
  const content = plan.map((piece) => (piece.kind === 'literal' ? doubleQuoted(piece.text) : `#{${value(piece)}}`))
  return `"${content.join('')}".b`
}

function value(piece: Exclude<PiecePlan, { kind: 'literal' }>): string {
  return piece.kind === 'url' ? 'url.b' : piece.kind === 'method' ? 'method.upcase' : valueOf(piece)
}

function valueOf({ variable, prefix }: TextPlan): string {
  return prefix === '' ? snake(variable) : `${snake(variable)}.delete_prefix(${text(prefix)})`
}

function age({ age: plan }: Plan): string[] {
  if (plan === null) return []
  const time = valueOf(plan.time)
  const seconds =
    plan.as === 'unix' ? `${time}.to_i` : plan.as === 'unixMs' ? `${time}.to_i / 1000.0` : `Time.iso8601(${time}).to_f`
  return ['', refuse(`(now - ${seconds}).abs > TOLERANCE_SECONDS`, sentences.stale)]
}

function result({ result: what }: Plan): string {
  if (what === 'body') return `JSON.parse(String.new(body, encoding: 'UTF-8'))`
  return what === null ? 'true' : valueOf(what)
}

function refuse(condition: string, why: string): string {
  return `raise WebhookError, ${text(why)} if ${condition}`
}

function matcher(pattern: string): string {
  return `/\\A${pattern}\\z/`
}

function text(content: string): string {
  return isPlain(content) ? `'${content}'` : `"${doubleQuoted(content)}"`
}

/** A text that is concatenated with bytes, or searched in bytes. */
function bytes(content: string): string {
  return /^[\x20-\x7e]*$/.test(content) ? text(content) : `${text(content)}.b`
}

function doubleQuoted(content: string): string {
  return escape(content, { special: '"#', byNumber: braced })
}
