/** Prints a dialect as a page for receivers: what arrives, how it is signed and verified, and a real example. */
import { dialectForKey } from '../definition/kinds-of-key.ts'
import { toCompiled } from '../compile/to-compiled.ts'
import type { Dialect, Reply } from '../dialect.ts'
import { indentJson } from '../json/indent.ts'
import { snippet, snippetLanguages } from '../snippets/snippet.ts'
import { memberPath, memberRows, slotWords } from './field-words.ts'
import { bullets, code, fenced, heading, inline, steps, table } from './markdown.ts'
import { keyWords, rotationWords, verificationSteps } from './signature-words.ts'
import { httpText, vectorText, workedExample, type DocumentSample, type WorkedExample } from './worked-example.ts'

const ownWords = {
  request: 'Request',
  secret: 'Secret',
  signature: 'Signature',
  verifySignature: 'Verify the signature',
  example: 'Example',
  response: 'Response',
  notes: 'Good to know',
}

export interface DocumentOptions {
  sample: DocumentSample
  /**
   * The vendor's own words for headings: `request`, `secret`, `signature`, `verifySignature`, `example`, `response`,
   * `notes`. A missing word has our default. Other keys are ignored.
   */
  words?: Readonly<Partial<Record<string, string>>>
  /**
   * The example's secret. Default: a secret made from a pattern, always the same. Of another kind of key that the dialect takes
   * (`whsk_`): the page is about that kind.
   */
  secret?: string
  /** The first heading. Default: the dialect's title. */
  title?: string
  /** The level of the first heading, 1 to 5. Default 1. */
  level?: number
}

/**
 * Markdown about a dialect, for its receivers. The example is a real vector: it is signed when the page is made.
 *
 * @param dialect a whole dialect, as data
 * @returns the page; it ends with a line end
 * @throws {WireError} `invalid_dialect`; the codes of `compile(dialect).check` when the sample cannot be sent (`payload_clash`,
 *   `missing_param`, ...); `empty_secret` or `malformed_secret`; `sync_unavailable` when an asymmetric example key has to be made
 *   and there is no `node:crypto`: then pass `secret`
 * @example
 * const page = await documentDialect(dialect('scalefusion').dialect, {
 *   sample: { type: 'device.enrolled', payload: '{"devices":[]}' },
 *   words: { request: 'Notification' },
 * })
 */
export async function documentDialect(dialect: Dialect, options: DocumentOptions): Promise<string> {
  const compiled = toCompiled(options.secret === undefined ? dialect : dialectForKey(dialect, options.secret))
  const checked = compiled.dialect
  const { level = 1, title = checked.title, words = {} } = options
  const example = await workedExample(compiled, options.sample, options.secret)
  const sections: [word: keyof typeof ownWords, content: string[]][] = [
    ['request', requestSection(checked, example)],
    ['secret', secretSection(checked, example)],
    ['signature', signatureSection(checked)],
    ['verifySignature', snippetSection(checked, level + 2)],
    ['example', exampleSection(checked, example)],
    ['response', responseSection(checked)],
    ['notes', noteSection(checked)],
  ]
  const page = sections
    .filter(([, content]) => content.length > 0)
    .flatMap(([word, content]) => [heading(level + 1, words[word] ?? ownWords[word]), ...content])
  return `${[heading(level, title), ...page].join('\n\n')}\n`
}

function requestSection(dialect: Dialect, example: WorkedExample): string[] {
  const { request, body } = dialect
  const type = request.contentType === undefined ? '' : ` with the content type ${code(request.contentType)}`
  const query = Object.entries(request.query ?? {})
  const parameters = new URL(example.request.url).searchParams
  return [
    `A ${code(request.method)} to the address of the endpoint${type}.`,
    ...tableOf(['Header', 'Value', 'Example'], headerRows(dialect, example)),
    ...tableOf(
      ['Query parameter', 'Value', 'Example'],
      query.map(([name, slot]) => [code(name), slotWords(dialect, slot), valueOf(parameters.get(name))]),
    ),
    ...(body.kind === 'none' ? ['There is no body.'] : []),
    ...(body.kind === 'payload' ? ['The body is the payload, byte for byte as the producer gave it.'] : []),
    ...(body.kind === 'json'
      ? [
          'The body is JSON. Its members:',
          table(['Member', 'Value'], memberRows(dialect, body.shape)),
          ...(body.batch === undefined ? [] : [batchWords(body.batch)]),
        ]
      : []),
    ...(example.body === null
      ? []
      : ['A body, with line breaks for reading that are not sent:', fenced(indentJson(example.body), 'json')]),
  ]
}

function headerRows(dialect: Dialect, { request: first, again }: WorkedExample): string[][] {
  const sent = new Map([...again.headers, ...first.headers])
  const { headers = {}, contentType } = dialect.request
  return [
    ...(contentType === undefined ? [] : [[code('content-type'), 'always this', code(contentType)]]),
    ...Object.entries(headers).map(([name, value]) => [
      code(name),
      typeof value === 'string' ? 'always this' : slotWords(dialect, value),
      valueOf(sent.get(name)),
    ]),
    ...dialect.signatures.flatMap(({ header, algorithmHeader }) => [
      ...(algorithmHeader === undefined
        ? []
        : [[code(algorithmHeader.name), 'name of the algorithm', code(algorithmHeader.value)]]),
      [code(header), 'signature', valueOf(sent.get(header))],
    ]),
  ]
}

function valueOf(text: string | null | undefined): string {
  return text === undefined || text === null ? '' : code(text)
}

function tableOf(head: string[], rows: string[][]): string[] {
  return rows.length === 0 ? [] : [table(head, rows)]
}

function batchWords({ form, maxMessages }: { form: string; maxMessages: number }): string {
  return form === 'array'
    ? `The body is an array of such objects, also when there is only one: up to ${maxMessages} in a request.`
    : `One message is such an object; several are an array of them, up to ${maxMessages} in a request. A receiver must take both.`
}

function secretSection({ signatures }: Dialect, { secrets, publicKey }: WorkedExample): string[] {
  const [first] = signatures
  if (first === undefined) return []
  return [
    [...new Set(signatures.flatMap(keyWords))].join(' '),
    bullets([
      ...secrets.map((secret) => `An example secret, not for use: ${code(secret)}`),
      ...(publicKey === null ? [] : [`Its public key: ${code(publicKey)}`]),
    ]),
  ]
}

function signatureSection(dialect: Dialect): string[] {
  const { signatures } = dialect
  if (signatures.length === 0) {
    return [
      'Nothing is signed: anyone who knows the address can send such a request. Take it as a hint, and ask the sender.',
    ]
  }
  return [
    ...(signatures.length > 1 ? [`There are ${signatures.length} signatures, and all of them must be right.`] : []),
    ...signatures.flatMap((signature) => [
      ...(signatures.length > 1 ? [`For the header ${code(signature.header)}:`] : []),
      steps(verificationSteps(dialect, signature)),
    ]),
  ]
}

function snippetSection(dialect: Dialect, level: number): string[] {
  return snippetLanguages.flatMap((language) => {
    const { title, code: program, needs } = snippet(dialect, language)
    return [heading(level, title), `Needs ${needs.map(inline).join(', ')}.`, fenced(program, language)]
  })
}

function exampleSection(dialect: Dialect, example: WorkedExample): string[] {
  const { secrets, sentAt, rotated, request } = example
  const at = new Date(sentAt).toISOString()
  const [signature] = dialect.signatures
  const several = rotated?.headers.find(([name]) => name === signature?.header)?.[1]
  return [
    `Sent at ${at} (${sentAt / 1000} s since 1970)${secrets.length === 0 ? '' : ` and signed with ${secrets.map(code).join(' and ')}`}. ${
      request.body === null ? '' : `The body has ${request.body.length} bytes.`
    }`.trim(),
    fenced(httpText(example), 'http'),
    'The same request as JSON, for your own test:',
    fenced(vectorText(dialect.name, example), 'json'),
    ...(signature === undefined ? [] : [rotationWords(signature)]),
    ...(several === undefined ? [] : [fenced(`${signature?.header}: ${several}`, 'http')]),
  ]
}

function responseSection({ receive, signatures }: Dialect): string[] {
  const { accepted, malformed, unsigned, refused } = receive?.replies ?? {}
  const row = (when: string, reply: Reply | undefined, otherwise: string): string[] => [
    when,
    reply === undefined ? otherwise : code(String(reply.status)),
    reply?.body === undefined ? '' : code(reply.body),
  ]
  return [
    table(
      ['When', 'Status', 'Body'],
      [
        row('the request was taken', accepted, 'any 2xx'),
        row('the body cannot be read', malformed, code('400')),
        ...(signatures.length === 0
          ? []
          : [
              row('there is no signature', unsigned, code('401')),
              row('the signature is wrong, or the request too old', refused, code('401')),
            ]),
      ],
    ),
  ]
}

function noteSection(dialect: Dialect): string[] {
  const { receive = {}, absent = [], version, signatures } = dialect
  const { entity, revision, aliases = {}, emptyMaps = [] } = receive
  const signsTime = signatures.some(({ over }) => over.some((part) => typeof part === 'object' && part.$ === 'sentAt'))
  const notes = [
    ...(absent.includes('id')
      ? ['The id of the message is not sent: recognise a repeat by its content.']
      : ['A message can arrive more than once. Every repeat has the same id: ignore a message that you have seen.']),
    ...(signatures.length > 0 && !signsTime ? ['No time is signed: an old request stays valid.'] : []),
    ...(absent.includes('type') ? ['The event type is not sent, unless the payload has it.'] : []),
    ...(entity === undefined ? [] : [`${code(memberPath(dialect, entity))} says which thing an event is about.`]),
    ...(revision === undefined
      ? []
      : [
          `${code(memberPath(dialect, revision))} only grows for one thing. Events can overtake each other: one with a lower number is stale.`,
        ]),
    ...Object.entries(aliases).map(([alias, name]) => `${code(alias)} is another name of ${code(name)}.`),
    ...emptyMaps.map((path) => `${code(path)} arrives as ${code('[]')} when it is empty: read it as ${code('{}')}.`),
    `This describes version ${version} of the format.`,
  ]
  return [bullets(notes)]
}
