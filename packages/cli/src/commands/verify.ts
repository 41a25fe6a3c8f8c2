import { Command } from 'commander'
import { verify, type ReceivedMessage, type VerifyResult } from '@posthorn/wire'
import { collect, moment, readInput, seconds } from '../command/arguments.ts'
import { dialectList, dialectNamed } from '../dialect/dialect-named.ts'
import { CliError, exitCodes } from '../process/errors.ts'
import { explainSigned } from '../dialect/explain-signed.ts'
import type { Io } from '../process/io.ts'
import type { CliCommand } from '../command/command.ts'
import { printable } from '../show/printable.ts'

interface Options {
  readonly dialect: string
  readonly secret: readonly string[]
  readonly unsigned?: true
  readonly header: readonly string[]
  readonly url?: string
  readonly method: string
  readonly timestamp?: number
  readonly tolerance?: number
  readonly explain?: true
  readonly json?: true
}

const examples = `
Examples:
  posthorn verify --dialect scalefusion --secret "$SECRET" --header "X-SF-Signature: e4da..." body.json
  posthorn verify --dialect signinapp --secret "$SECRET" --tolerance 300 --header "x-signinapp-webhook-signature: t=...,s1=..." body.json
  posthorn verify --dialect standard --secret "$SECRET" --header "webhook-id: msg_..." --header "webhook-timestamp: 1614265330" \\
    --header "webhook-signature: v1,..." --timestamp 1614265330 --explain - < body.json

The body must be the bytes that came over the network. A body that was parsed and printed again does not verify.`

/** Says whether a request comes from who knows the secret, and what it says. */
export function verifyCommand(): CliCommand {
  const command = new Command('verify')
    .summary('check a request that came in')
    .description('Checks the signature of a request and prints what it says, or why it is refused and what to look at.')
    .argument('[file]', 'body; - is standard input', '-')
    .requiredOption('-d, --dialect <name>', `wire format: ${dialectList()}`)
    .option('--secret <secret>', 'as the vendor shows it; several while one is replaced (repeatable)', collect, [])
    .option('--unsigned', 'the vendor sends without a signature, where the dialect allows it')
    .option('-H, --header <line>', '"Name: value" of the request (repeatable)', collect, [])
    .option('--url <url>', 'address of the request, for dialects that need it')
    .option('--method <method>', 'method of the request', 'POST')
    .option('--timestamp <time>', 'take this for the present time: seconds since 1970, or ISO 8601', moment)
    .option('--tolerance <time>', 'how far its time may lie from ours; what the dialect says when absent', seconds)
    .option('--explain', 'print what should have been signed, on standard error')
    .option('--json', 'print one JSON object')
    .addHelpText('after', examples)

  return {
    command,
    async run(io, [file = '-']) {
      const options = command.opts<Options>()
      const compiled = dialectNamed(options.dialect)
      const headers = options.header.map(headerLine)
      const hasBody = compiled.dialect.body.kind !== 'none'
      const body = hasBody ? await readInput(file, io) : null
      const request = {
        method: options.method,
        headers,
        body,
        ...(options.url === undefined ? {} : { url: options.url }),
      }
      const result = await verify(request, {
        dialect: compiled,
        now: options.timestamp ?? io.now(),
        ...(options.unsigned ? { secret: null } : { secrets: options.secret }),
        ...(options.tolerance === undefined ? {} : { toleranceSeconds: options.tolerance }),
      })
      if (options.explain) io.err(explainSigned(compiled, request))
      io.out(options.json ? `${JSON.stringify(result, null, 2)}\n` : shown(result, io))
      return result.ok ? exitCodes.ok : exitCodes.no
    },
  }
}

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
