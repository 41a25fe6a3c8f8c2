import { readFileSync } from 'node:fs'
import type { Preset } from '@posthorn/preset'
import { sign } from '@posthorn/wire'
import { command } from '../command/command.ts'
import { seconds } from '../command/option-values.ts'
import { pairs } from '../command/pairs.ts'
import { argument, option } from '../command/words.ts'
import { dialectHelp, dialectOptions, findDialect, type DialectOptions } from '../dialect/find-dialect.ts'
import { CliError } from '../process/cli-error.ts'
import { exitCodes } from '../process/exit-codes.ts'
import { errorText } from '../process/system-error.ts'
import { builtInPresets } from '../sample/built-in-presets.ts'
import { devSecret, devSecretText } from '../sample/dev-secret.ts'
import { checkReceiver } from '../sample/check-receiver.ts'
import { httpSend } from '../sample/http-send.ts'
import { newMessage } from '../sample/new-message.ts'
import { payloadOptions, type PayloadOptions } from '../sample/payload-options.ts'
import { samplePayload } from '../sample/sample-payload.ts'
import { isSuccess, showAnswer, showRequest, type Answer } from '../show/http.ts'
import { jsonText } from '../show/json-text.ts'

interface Options extends PayloadOptions, DialectOptions {
  readonly to: string
  readonly secret?: string
  readonly unsigned?: true
  readonly timeout: number
  readonly ca?: string
  readonly json?: true
}

/** Plays the vendor for the author of a receiver. */
export const trigger = command<Options>({
  name: 'trigger',
  summary: 'play the vendor: send a sample event to a receiver',
  description: 'Sends a sample event to a receiver as the vendor would, and shows request and response.',
  arguments: [argument('<event>', 'event type, such as device.enrolled')],
  options: [
    ...dialectOptions,
    option('-t, --to <url>', 'URL of the receiver').makeOptionMandatory(),
    ...payloadOptions,
    option('--secret <secret>', 'the secret that the receiver verifies with'),
    option('--unsigned', 'send without a signature, to test that the receiver refuses it'),
    option('--timeout <time>', 'how long to wait for the response', seconds).default(10, '10s'),
    option('--ca <file>', 'certificate (PEM) to trust, for https on your machine'),
    option('--json', 'print one JSON object'),
  ],
  examples: [
    'posthorn trigger device.enrolled --dialect scalefusion --to http://localhost:3000/hooks',
    'posthorn trigger visitor.signin --dialect signinapp --set visitor.name=Ada --to http://localhost:3000/hooks',
    'posthorn trigger message.delivered --dialect comapi --param revision=7 --secret "$SECRET" --to http://localhost:3000/hooks',
  ],
  notes: [
    `Without --secret it signs with a well-known secret, always the same for a dialect, so that a receiver is configured once: ${devSecretText}, or a secret made from that text if the dialect needs another form. It is printed.`,
    dialectHelp,
  ],
  async run({ io, args: [event = ''], options }) {
    const compiled = await findDialect(options, io)
    checkReceiver('--to', options.to)
    const presets = presetsFor(compiled.dialect.name)
    const sample = await samplePayload(event, presets, options, io)
    const params = { ...sample.appParams, ...sample.messageParams, ...pairs('--param', options.param) }
    const message = newMessage(compiled, event, { payload: sample.payload, params }, io.now())
    const secret = options.unsigned ? null : (options.secret ?? devSecret(compiled))
    const ca = options.ca === undefined ? undefined : readCa(options.ca)
    const request = await sign(message, { dialect: compiled, secret, url: options.to, now: io.now() })
    if (!options.json) io.out(`${showRequest(request, io)}\n`)
    const answer = await httpSend(request, { timeoutMs: options.timeout * 1000, ca })
    if (options.json) {
      const shown = { request: { ...request, body: text(request.body) }, answer: plain(answer), secret }
      io.out(`${jsonText(shown, 2)}\n`)
    } else {
      io.out(showAnswer(answer, io))
      if (options.secret === undefined && secret !== null)
        io.out(`\n${io.style('dim', `signed with ${secret} (the default; --secret sets yours)`)}\n`)
    }
    return isSuccess(answer) ? exitCodes.ok : exitCodes.no
  },
})

/** The presets with this dialect; if there are none, the preset of Standard Webhooks. */
function presetsFor(dialect: string): Preset[] {
  const all = builtInPresets()
  const own = all.filter((preset) => preset.dialect === dialect)
  return own.length > 0 ? own : all.filter(({ name }) => name === 'standard')
}

function readCa(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    throw new CliError(
      `--ca ${file} cannot be read: ${errorText(error)}`,
      'Name a file with a certificate in PEM format.',
      exitCodes.unable,
    )
  }
}

function plain(answer: Answer): object {
  return answer.ok ? { ...answer, body: text(answer.body) } : answer
}

function text(bytes: Uint8Array | null): string | null {
  return bytes === null ? null : new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes)
}
