import { verify as verifyRequest, type ReceivedMessage, type VerifyResult } from '@posthorn/wire'
import { command } from '../command/command.ts'
import { readInput } from '../command/input.ts'
import { collect, moment, seconds } from '../command/option-values.ts'
import { argument, option } from '../command/words.ts'
import { dialectHelp, dialectOptions, findDialect, type DialectOptions } from '../dialect/find-dialect.ts'
import { explainSigned } from '../dialect/explain-signed.ts'
import { CliError } from '../process/cli-error.ts'
import { exitCodes } from '../process/exit-codes.ts'
import type { Io } from '../process/io.ts'
import { printable } from '../show/printable.ts'
import { jsonText } from '../show/json-text.ts'

interface Options extends DialectOptions {
  readonly secret?: readonly string[]
  readonly unsigned?: true
  readonly header?: readonly string[]
  readonly url?: string
  readonly method: string
  readonly timestamp?: number
  readonly tolerance?: number
  readonly explain?: true
  readonly json?: true
}

/** Verifies a request, and shows what it says. */
export const verify = command<Options>({
  name: 'verify',
  summary: 'verify a request that came in',
  description:
    'Verifies the signature of a request, and prints what the request says, or why it is refused and what to check.',
  arguments: [argument('[file]', 'body; - is standard input', '-')],
  options: [
    ...dialectOptions,
    option('--secret <secret>', 'the secret, as the vendor shows it; several during a rotation (repeatable)', collect),
    option('--unsigned', 'the vendor sends without a signature, if the dialect allows it'),
    option('-H, --header <line>', '"Name: value" of the request (repeatable)', collect),
    option('--url <url>', 'URL of the request, for dialects that need it'),
    option('--method <method>', 'method of the request', undefined, 'POST'),
    option('--timestamp <time>', 'use this as the present time: seconds since 1970, or ISO 8601', moment),
    option('--tolerance <time>', 'how old the request may be; the value of the dialect when absent', seconds),
    option('--explain', 'print the text that should have been signed, on standard error'),
    option('--json', 'print one JSON object'),
  ],
  examples: [
    'posthorn verify --dialect scalefusion --secret "$SECRET" --header "X-SF-Signature: e4da..." body.json',
    'posthorn verify --dialect signinapp --secret "$SECRET" --tolerance 300 --header "x-signinapp-webhook-signature: t=...,s1=..." body.json',
    `posthorn verify --dialect standard --secret "$SECRET" --header "webhook-id: msg_..." --header "webhook-timestamp: 1614265330" \\
    --header "webhook-signature: v1,..." --timestamp 1614265330 --explain - < body.json`,
  ],
  notes: [
    'The body must be the bytes that came over the network. A body that was parsed and serialised again does not verify.',
    dialectHelp,
  ],
  async run({ io, args: [file = '-'], options }) {
    const compiled = await findDialect(options, io)
    const headers = (options.header ?? []).map(headerLine)
    const hasBody = compiled.dialect.body.kind !== 'none'
    const body = hasBody ? await readInput(file, io) : null
    const request = {
      method: options.method,
      headers,
      body,
      ...(options.url === undefined ? {} : { url: options.url }),
    }
    const result = await verifyRequest(request, {
      dialect: compiled,
      now: options.timestamp ?? io.now(),
      ...(options.unsigned ? { secret: null } : { secrets: options.secret ?? [] }),
      ...(options.tolerance === undefined ? {} : { toleranceSeconds: options.tolerance }),
    })
    if (options.explain) io.err(explainSigned(compiled, request))
    io.out(options.json ? `${jsonText(result, 2)}\n` : shown(result, io))
    return result.ok ? exitCodes.ok : exitCodes.no
  },
})

function headerLine(line: string): [name: string, value: string] {
  const at = line.indexOf(':')
  if (at < 1) throw new CliError(`--header ${line}: there is no name and ":".`, 'Write it as --header "Name: value"')
  return [line.slice(0, at).trim(), line.slice(at + 1).trim()]
}

function shown(result: VerifyResult, io: Io): string {
  if (!result.ok) {
    const lines = [`${io.style('red', 'refused')}: ${result.code}`, printable(result.message), printable(result.hint)]
    return `${lines.filter((line) => line !== '').join('\n')}\n`
  }
  const signed =
    result.keyIndex === null
      ? 'read (nothing is signed)'
      : `verified${result.keyIndex > 0 ? ` with secret ${result.keyIndex + 1}` : ''}`
  return [`${io.style('green', signed)}\n`, ...result.messages.map(messageLines)].join('')
}

function time(value: number | undefined): string | undefined {
  return value === undefined ? undefined : new Date(value).toISOString()
}

function messageLines(message: ReceivedMessage): string {
  const fields = {
    id: message.id,
    type: message.type,
    occurred: time(message.occurredAt),
    accepted: time(message.acceptedAt),
    pushed: time(message.pushedAt),
    sent: time(message.sentAt),
    attempt: message.attempt,
    claim: message.claim,
    ...message.params,
    payload: message.payloadText === '' ? undefined : message.payloadText,
  }
  return Object.entries(fields)
    .flatMap(([name, value]) => (value === undefined ? [] : [`${name.padEnd(10)}${printable(String(value))}\n`]))
    .join('')
}
