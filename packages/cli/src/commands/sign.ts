import { sign as signMessage, type CompiledDialect, type WireMessage, type WireRequest } from '@posthorn/wire'
import { command } from '../command/command.ts'
import { readInput, readJsonObject } from '../command/input.ts'
import { collect, moment } from '../command/option-values.ts'
import { pairs } from '../command/pairs.ts'
import { argument, option } from '../command/words.ts'
import { dialectHelp, dialectOptions, findDialect, type DialectOptions } from '../dialect/find-dialect.ts'
import { explainSigned } from '../dialect/explain-signed.ts'
import { CliError } from '../process/cli-error.ts'
import { exitCodes } from '../process/exit-codes.ts'
import { checkReceiver } from '../sample/check-receiver.ts'
import { newMessageId } from '../sample/new-message.ts'
import { printable } from '../show/printable.ts'
import { jsonText } from '../show/json-text.ts'

interface Options extends DialectOptions {
  readonly secret?: string
  readonly unsigned?: true
  readonly type: string
  readonly id?: string
  readonly timestamp?: number
  readonly url: string
  readonly attempt: string
  readonly claim?: string
  readonly param?: readonly string[]
  readonly raw?: true
  readonly body?: true
  readonly explain?: true
  readonly json?: true
}

/** Prints the headers that a vendor would send with a body. */
export const sign = command<Options>({
  name: 'sign',
  summary: 'print the headers that a vendor would send',
  description: 'Signs a payload, or a whole body, and prints the headers.',
  arguments: [argument('[file]', 'payload or body; - is standard input', '-')],
  options: [
    ...dialectOptions,
    option('--secret <secret>', 'the secret, as the vendor shows it'),
    option('--unsigned', 'without a signature, if the dialect allows it'),
    option('--type <type>', 'event type', undefined, 'example'),
    option('--id <id>', 'message id; a new one when absent'),
    option('--timestamp <time>', 'when it is sent: seconds since 1970, or ISO 8601; now when absent', moment),
    option('--url <url>', 'URL of the receiver, for dialects that sign it', undefined, 'https://example.com/'),
    option('--attempt <number>', 'number of the attempt', undefined, '1'),
    option('--claim <uuid>', 'the secret id of a callback'),
    option('-p, --param <name=value>', 'a parameter of the dialect (repeatable)', collect),
    option('--raw', 'the input is the whole body'),
    option('--body', 'print the body too, after an empty line'),
    option('--explain', 'print the text that was signed, on standard error'),
    option('--json', 'print one JSON object'),
  ],
  examples: [
    'posthorn sign --dialect signinapp --secret "$SECRET" --type visitor.signin --body payload.json',
    `printf '%s' '{"test": 2432232314}' | posthorn sign --dialect standard --secret "$SECRET" --timestamp 1614265330`,
    'posthorn sign --dialect scalefusion --secret "$SECRET" --raw body.json --explain',
  ],
  notes: [
    'Without --raw the input is the payload, and the dialect puts its envelope around it. With --raw the input is the exact body as it goes over the network, and only the headers are made.',
    dialectHelp,
  ],
  async run({ io, args: [file = '-'], options }) {
    const compiled = await findDialect(options, io)
    checkReceiver('--url', options.url)
    const secret = options.unsigned ? null : options.secret
    if (secret === undefined && compiled.dialect.signatures.length > 0) {
      throw new CliError(
        `${compiled.dialect.title} requests are signed, and there is no secret.`,
        'Give it: --secret "$SECRET"; or --unsigned.',
      )
    }
    const now = options.timestamp ?? io.now()
    const message: WireMessage = {
      id: options.id ?? newMessageId(now),
      type: options.type,
      payload: options.raw ? '{}' : await readJsonObject(file === '-' ? '-' : `@${file}`, io),
      occurredAt: now,
      acceptedAt: now,
      params: pairs('--param', options.param),
      ...(options.claim === undefined ? {} : { claim: options.claim }),
    }
    const request = options.raw
      ? await signBody(compiled, message, await readInput(file, io), secret ?? null, options, now)
      : await signMessage(message, {
          dialect: compiled,
          secret: secret ?? null,
          url: options.url,
          now,
          attempt: attempt(options),
        })
    if (options.explain) io.err(explainSigned(compiled, request))
    if (options.json) {
      const body = request.body === null ? null : new TextDecoder('utf-8', { ignoreBOM: true }).decode(request.body)
      io.out(`${jsonText({ ...request, body }, 2)}\n`)
      return exitCodes.ok
    }
    if (request.url !== options.url) io.out(`${printable(`${request.method} ${request.url}`)}\n`)
    for (const [name, value] of request.headers) io.out(`${name}: ${printable(value, { oneLine: true })}\n`)
    if (options.body && request.body !== null) {
      io.out('\n')
      io.outBytes(request.body)
    }
    return exitCodes.ok
  },
})

/** The headers of a body that is already complete. */
function signBody(
  compiled: CompiledDialect,
  message: WireMessage,
  body: Uint8Array,
  secret: string | null,
  options: Options,
  now: number,
): Promise<WireRequest> {
  const secrets = secret === null ? [] : [secret]
  return compiled.encode({ message, body, url: options.url, secrets, sentAt: now, attempt: attempt(options) })
}

function attempt(options: Options): number {
  if (!/^[1-9]\d{0,5}$/.test(options.attempt))
    throw new CliError(`--attempt ${options.attempt}: not a number from 1.`, 'Write --attempt 2')
  return Number(options.attempt)
}
