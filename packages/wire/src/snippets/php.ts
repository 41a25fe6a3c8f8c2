/** PHP 8.1. The file declares no namespace and uses full class names, so that it works in every namespace. */
import type { TextEncoding } from '../dialect.ts'
import { braced, escape, indent, isPlain } from './literal.ts'
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

const containers = 'getallheaders(), $_SERVER, $request->headers of Symfony and Laravel, getHeaders() of PSR-7'

const sent = [
  '$sent = [];',
  'foreach ($headers as $name => $value) {',
  '    if (is_string($value) || is_array($value)) {',
  '        // $_SERVER has X-A as HTTP_X_A.',
  `        $name = strtr(strtolower(preg_replace('/^(?:REDIRECT_)*HTTP_/', '', (string) $name)), '_', '-');`,
  `        $sent[$name] = implode(', ', array_filter((array) $value, 'is_string'));`,
  '    }',
  '}',
]

export function php(plan: Plan): Printed {
  const uses = (algorithm: SignaturePlan['algorithm']): boolean =>
    plan.signatures.some((signature) => signature.algorithm === algorithm)
  return {
    code: `${['<?php', '', ...constants(plan), ...main(plan), ...helpers(plan)].join('\n')}\n`,
    needs: [
      'PHP 8.1',
      ...(uses('ed25519') ? ['the extension sodium'] : []),
      ...(uses('ecdsa-p256') ? ['the extension openssl'] : []),
    ],
  }
}

function constants(plan: Plan): string[] {
  return plan.age === null
    ? []
    : [`// ${sentences.age(plan)}`, `const TOLERANCE_SECONDS = ${plan.age.toleranceSeconds};`, '']
}

function helpers({ signatures }: Plan): string[] {
  const encodings = asymmetricEncodings(signatures)
  const keys = signatures.flatMap(({ key: { encoding } }) => (encoding === 'utf8' ? [] : [encoding]))
  return [...new Set([...encodings, ...keys])].flatMap((encoding) => [
    '',
    `/** Null if the text is not the canonical encoding of its bytes. */`,
    `function decode_${encoding}(string $text): ?string`,
    '{',
    ...(encoding === 'hex'
      ? [`    return preg_match('/^(?:[0-9a-f]{2})+$/D', $text) ? hex2bin($text) : null;`]
      : [
          '    $bytes = base64_decode($text, true);',
          '',
          '    return $bytes !== false && base64_encode($bytes) === $text ? $bytes : null;',
        ]),
    '}',
  ])
}

function main(plan: Plan): string[] {
  const types = {
    headers: 'iterable',
    body: 'string',
    secrets: 'array',
    query: 'array',
    url: 'string',
    method: 'string',
  }
  const parameters = [
    ...plan.parameters.flatMap((name) => (name === 'now' ? [] : [`${types[name]} $${name}`])),
    ...(plan.age === null ? [] : ['?float $now = null']),
  ]
  const body = [
    ...(plan.parameters.includes('headers') ? [...sent, ''] : []),
    ...(plan.signatures.length === 0 ? [] : misused('$secrets === []', sentences.noSecret)),
    ...plan.fields.flatMap(field),
    ...plan.signatures.flatMap(signature),
    ...age(plan),
    '',
    result(plan),
  ]
  return [
    '/**',
    ...about(plan).map((line) => ` * ${line}`),
    ' *',
    ...plan.parameters.map((name) => ` * $${name}: ${parameterMeaning(plan, name, containers)}`),
    ' *',
    ` * @throws \\UnexpectedValueException ${refusal(plan)}`,
    ...mistake(plan, 'An \\InvalidArgumentException').map((line) => ` * ${line}`),
    ' */',
    `function ${plan.entry}(${parameters.join(', ')}): mixed`,
    '{',
    ...indent(body),
    '}',
  ]
}

function field(plan: FieldPlan): string[] {
  const { from, name, prefix, pattern, delimiters } = plan
  const it = `$${camel(plan.variable)}`
  const wrong = [
    ...(prefix === '' ? [] : [`!str_starts_with(${it}, ${text(prefix)})`]),
    ...(pattern === null
      ? [`${valueOf(plan)} === ''`, ...delimiters.map((one) => `str_contains(${valueOf(plan)}, ${text(one)})`)]
      : [`!preg_match('/^${pattern}$/D', ${valueOf(plan)})`]),
  ]
  const given = `$${from === 'headers' ? 'sent' : from}[${text(name)}] ?? ''`
  // PHP turns parameters such as id[] into arrays.
  const assigned = from === 'headers' ? given : `is_string(${given}) ? (${given}) : ''`
  return [`${it} = ${assigned};`, ...refuse(wrong.join(' || '), sentences.field(plan))]
}

function signature(plan: SignaturePlan): string[] {
  const { number } = plan
  return [
    '',
    ...algorithm(plan),
    ...header(plan),
    ...(plan.algorithm === 'shared-secret' ? [] : [`$signed${number} = ${plan.signed.map(part).join(' . ')};`]),
    `$isRight${number} = false;`,
    'foreach ($secrets as $secret) {',
    ...indent(['$secret = (string) $secret;', ...key(plan), ...mac(plan), ...compare(plan)]),
    '}',
    ...refuse(`!$isRight${number}`, sentences.mismatch),
  ]
}

function algorithm(plan: SignaturePlan): string[] {
  if (plan.algorithmHeader === null) return []
  const { name, accepts } = plan.algorithmHeader
  const given = `$sent[${text(name)}] ?? ${text(accepts[0] ?? '')}`
  return refuse(`!in_array(${given}, [${accepts.map(text).join(', ')}], true)`, sentences.algorithm(plan))
}

/** Parses the header. The code sets `$signature`, or `$signatures` if there can be several. */
function header(plan: SignaturePlan): string[] {
  const { format, number, holds, timePattern } = plan
  const value = `$sent[${text(plan.header)}] ?? ''`
  const [one, all] = [`$signature${number}`, `$signatures${number}`]
  const malformed = sentences.header(plan)
  if ('bare' in format) {
    const { prefix = '' } = format.bare
    if (prefix === '') return [`${one} = ${value};`, ...refuse(`${one} === ''`, malformed)]
    return [
      `${one} = ${value};`,
      ...refuse(`!str_starts_with(${one}, ${text(prefix)})`, malformed),
      `${one} = substr(${one}, ${prefix.length});`,
    ]
  }
  if ('list' in format) {
    const prefix = `${format.list.version},`
    return [
      `// ${headerLook(plan)}`,
      `${all} = [];`,
      `foreach (array_slice(explode(' ', ${value}), 0, 16) as $entry) {`,
      `    if (str_starts_with($entry, ${text(prefix)})) {`,
      `        ${all}[] = substr($entry, ${prefix.length});`,
      '    }',
      '}',
      ...refuse(`${all} === []`, malformed),
    ]
  }
  const { separator, time, signature: name } = format.pairs
  const times = `$times${number}`
  return [
    `// ${headerLook(plan)}`,
    ...(time === undefined ? [] : [`${times} = [];`]),
    `${all} = [];`,
    `foreach (array_slice(explode(${text(separator)}, ${value}), 0, 16) as $pair) {`,
    `    [$name, $value] = [...explode('=', ltrim($pair), 2), ''];`,
    ...(time === undefined ? [] : [`    if ($name === ${text(time)}) {`, `        ${times}[] = $value;`, '    }']),
    `    if ($name === ${text(name)}) {`,
    `        ${all}[] = $value;`,
    '    }',
    '}',
    ...refuse(holds === 'one' ? `count(${all}) !== 1` : `${all} === []`, malformed),
    ...(holds === 'one' ? [`${one} = ${all}[0];`] : []),
    ...(time === undefined || timePattern === null
      ? []
      : [
          ...refuse(`count(${times}) !== 1 || !preg_match('/^${timePattern}$/D', ${times}[0])`, sentences.time(plan)),
          `$sentAt${number} = ${times}[0];`,
        ]),
  ]
}

function key({ key: { encoding, prefix, minBytes }, algorithm: name }: SignaturePlan): string[] {
  const secret =
    prefix === ''
      ? '$secret'
      : `str_starts_with($secret, ${text(prefix)}) ? substr($secret, ${prefix.length}) : $secret`
  const lines = [`$key = ${encoding === 'utf8' ? secret : `decode_${encoding}(${secret}) ?? ''`};`]
  if (name === 'ed25519') {
    return [...lines, ...misused('strlen($key) !== SODIUM_CRYPTO_SIGN_PUBLICKEYBYTES', sentences.notPublic)]
  }
  if (name === 'ecdsa-p256') {
    return [
      ...lines,
      `$pem = "-----BEGIN PUBLIC KEY-----\\n" . chunk_split(base64_encode($key), 64) . '-----END PUBLIC KEY-----';`,
      '$publicKey = openssl_pkey_get_public($pem);',
      ...misused('$publicKey === false', sentences.notPublic),
    ]
  }
  return [
    ...lines,
    ...misused(`strlen($key) < ${minBytes}`, encoding === 'utf8' ? sentences.shortKey : sentences.wrongKey),
  ]
}

function mac({ algorithm: name, number }: SignaturePlan): string[] {
  if (!name.startsWith('hmac-')) return []
  return [`$mac = hash_hmac('${name.slice('hmac-'.length)}', $signed${number}, $key, true);`]
}

/** Whether a signature was made with `$key`, in constant time. */
function compare(plan: SignaturePlan): string[] {
  const { number, holds, encodings, algorithm: name } = plan
  const lines = (one: string): string[] =>
    name === 'shared-secret'
      ? [right(number, `hash_equals($key, ${one})`)]
      : encodings.flatMap((encoding) => matches(plan, one, encoding))
  return holds === 'one'
    ? lines(`$signature${number}`)
    : [`foreach ($signatures${number} as $signature) {`, ...indent(lines('$signature')), '}']
}

function matches(
  { algorithm: name, number, isAsymmetric }: SignaturePlan,
  one: string,
  encoding: TextEncoding,
): string[] {
  if (!isAsymmetric) {
    return [right(number, `hash_equals(${encoding === 'hex' ? 'bin2hex' : 'base64_encode'}($mac), ${one})`)]
  }
  const test =
    name === 'ed25519'
      ? `strlen($bytes) === SODIUM_CRYPTO_SIGN_BYTES && sodium_crypto_sign_verify_detached($bytes, $signed${number}, $key)`
      : `openssl_verify($signed${number}, $bytes, $publicKey, OPENSSL_ALGO_SHA256) === 1`
  return [`$bytes = decode_${encoding}(${one}) ?? '';`, right(number, test)]
}

function right(number: string, test: string): string {
  return `$isRight${number} = $isRight${number} || ${test.includes('&&') ? `(${test})` : test};`
}

function part(plan: PartPlan): string {
  if (plan === 'body') return '$body'
  return plan.map((piece) => (piece.kind === 'literal' ? text(piece.text) : value(piece))).join(' . ')
}

function value(piece: Exclude<PiecePlan, { kind: 'literal' }>): string {
  return piece.kind === 'url' ? '$url' : piece.kind === 'method' ? 'strtoupper($method)' : valueOf(piece)
}

function valueOf({ variable, prefix }: TextPlan): string {
  return prefix === '' ? `$${camel(variable)}` : `substr($${camel(variable)}, ${prefix.length})`
}

function age({ age: plan }: Plan): string[] {
  if (plan === null) return []
  const time = valueOf(plan.time)
  const seconds =
    plan.as === 'unix'
      ? `(int) ${time}`
      : plan.as === 'unixMs'
        ? `(int) ${time} / 1000`
        : `(float) (new \\DateTimeImmutable(${time}))->format('U.u')`
  return ['', ...refuse(`abs(($now ?? microtime(true)) - ${seconds}) > TOLERANCE_SECONDS`, sentences.stale)]
}

function result({ result: what }: Plan): string {
  if (what === 'body') return 'return json_decode($body, true, 512, JSON_THROW_ON_ERROR);'
  return `return ${what === null ? 'true' : valueOf(what)};`
}

function refuse(condition: string, why: string): string[] {
  return [`if (${condition}) {`, `    throw new \\UnexpectedValueException(${text(why)});`, '}']
}

/** The receiver's own mistake, not the request's. */
function misused(condition: string, why: string): string[] {
  return [`if (${condition}) {`, `    throw new \\InvalidArgumentException(${text(why)});`, '}']
}

function text(content: string): string {
  return isPlain(content) ? `'${content}'` : `"${escape(content, { special: '"$', byNumber: braced })}"`
}
