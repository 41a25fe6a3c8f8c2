import { randomBytes } from 'node:crypto'
import { Command } from 'commander'
import { newId, random47, sign, type CompiledDialect, type WireMessage, type WireRequest } from '@posthorn/wire'
import { collect, moment, pairs, readInput, readPayload } from '../command/arguments.ts'
import { dialectList, dialectNamed } from '../dialect/dialect-named.ts'
import { CliError, exitCodes } from '../process/errors.ts'
import { explainSigned } from '../dialect/explain-signed.ts'
import type { CliCommand } from '../command/command.ts'
import { printable } from '../show/printable.ts'

interface Options {
  readonly dialect: string
  readonly secret?: string
  readonly unsigned?: true
  readonly type: string
  readonly id?: string
  readonly timestamp?: number
  readonly url: string
  readonly attempt: string
  readonly claim?: string
  readonly param: readonly string[]
  readonly raw?: true
  readonly body?: true
  readonly explain?: true
  readonly json?: true
}

const examples = `
Examples:
  posthorn sign --dialect signinapp --secret "$SECRET" --type visitor.signin --body payload.json
  printf '%s' '{"test": 2432232314}' | posthorn sign --dialect standard --secret "$SECRET" --timestamp 1614265330
  posthorn sign --dialect scalefusion --secret "$SECRET" --raw body.json --explain

Without --raw the input is the payload, and the dialect puts its envelope around it. With --raw the input is the whole
body as it goes over the network, to the byte: only the headers are made.`

/** Prints the headers that a vendor would send with a body. */
export function signCommand(): CliCommand {
  const command = new Command('sign')
    .summary('print the headers that a vendor would send')
    .description('Signs a payload, or a whole body, and prints the headers.')
    .argument('[file]', 'payload or body; - is standard input', '-')
    .requiredOption('-d, --dialect <name>', `wire format: ${dialectList()}`)
    .option('--secret <secret>', 'as the vendor shows it')
    .option('--unsigned', 'without a signature, where the dialect allows it')
    .option('--type <type>', 'event type', 'example')
    .option('--id <id>', 'message id; a new one when absent')
    .option('--timestamp <time>', 'when it is sent: seconds since 1970, or ISO 8601; now when absent', moment)
    .option('--url <url>', 'where it goes, for dialects that sign the address', 'https://example.com/')
    .option('--attempt <number>', 'which attempt it is', '1')
    .option('--claim <uuid>', 'the secret id of a callback')
    .option('-p, --param <name=value>', 'a value that the dialect asks for (repeatable)', collect, [])
    .option('--raw', 'the input is the whole body')
    .option('--body', 'print the body too, after an empty line')
    .option('--explain', 'print what was signed, on standard error')
    .option('--json', 'print one JSON object')
    .addHelpText('after', examples)

  return {
    command,
    async run(io, [file = '-']) {
      const options = command.opts<Options>()
      const compiled = dialectNamed(options.dialect)
      const secret = options.unsigned ? null : options.secret
      if (secret === undefined && compiled.dialect.signatures.length > 0) {
        throw new CliError(
          `${compiled.dialect.title} signs, and there is no secret.`,
          'Give it: --secret "$SECRET"; or --unsigned.',
        )
      }
      const now = options.timestamp ?? io.now()
      const message: WireMessage = {
        id: options.id ?? newId('msg_', now, random47(randomBytes(6))),
        type: options.type,
        payload: options.raw ? '{}' : await readPayload(file === '-' ? '-' : `@${file}`, io),
        occurredAt: now,
        acceptedAt: now,
        params: pairs('--param', options.param),
        ...(options.claim === undefined ? {} : { claim: options.claim }),
      }
      const request = options.raw
        ? await signBody(compiled, message, await readInput(file, io), secret ?? null, options, now)
        : await sign(message, {
            dialect: compiled,
            secret: secret ?? null,
            url: options.url,
            now,
            attempt: attempt(options),
          })
      if (options.explain) io.err(explainSigned(compiled, request))
      if (options.json) {
        const body = request.body === null ? null : new TextDecoder('utf-8', { ignoreBOM: true }).decode(request.body)
        io.out(`${JSON.stringify({ ...request, body }, null, 2)}\n`)
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
  }
}

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
