import { readFileSync } from 'node:fs'
import { Command } from 'commander'
import type { Preset } from '@posthorn/preset'
import { sign } from '@posthorn/wire'
import { collect, pairs, seconds } from '../command/arguments.ts'
import { builtInPresets } from '../sample/built-in-presets.ts'
import { dialectList, dialectNamed } from '../dialect/dialect-named.ts'
import { devSecret, devSecretText } from '../sample/dev-secret.ts'
import { CliError, errorText, exitCodes } from '../process/errors.ts'
import { httpSend, type Answer } from '../sample/http-send.ts'
import type { CliCommand } from '../command/command.ts'
import { newMessage, samplePayload } from '../sample/sample-message.ts'
import { isSuccess, showAnswer, showRequest } from '../show/http.ts'

interface Options {
  readonly dialect: string
  readonly to: string
  readonly set: readonly string[]
  readonly param: readonly string[]
  readonly payload?: string
  readonly secret?: string
  readonly unsigned?: true
  readonly timeout: number
  readonly ca?: string
  readonly json?: true
}

const examples = `
Examples:
  posthorn trigger device.enrolled --dialect scalefusion --to http://localhost:3000/hooks
  posthorn trigger visitor.signin --dialect signinapp --set visitor.name=Ada --to http://localhost:3000/hooks
  posthorn trigger message.delivered --dialect comapi --param revision=7 --secret "$SECRET" --to http://localhost:3000/hooks

Without --secret it signs with one that everybody knows, the same for every request, so that a receiver can be set up
once: ${devSecretText}, or what is made of that text where a dialect's secrets have another form. It is printed.`

/** Plays the vendor for somebody who writes a receiver. */
export function triggerCommand(): CliCommand {
  const command = new Command('trigger')
    .summary('play the vendor: send a sample event to a receiver')
    .description('Sends a sample event to a receiver as the vendor would, and shows request and answer.')
    .argument('<event>', 'event type, such as device.enrolled')
    .requiredOption('-d, --dialect <name>', `wire format: ${dialectList()}`)
    .requiredOption('-t, --to <url>', 'where the receiver listens')
    .option('-s, --set <path=value>', 'change a value of the payload; JSON, or else text (repeatable)', collect, [])
    .option('-p, --param <name=value>', 'a value that the dialect asks for (repeatable)', collect, [])
    .option('--payload <json>', 'another payload: JSON, @file, or - for standard input')
    .option('--secret <secret>', 'what the receiver verifies with')
    .option('--unsigned', 'send without a signature, to see it refused')
    .option('--timeout <time>', 'how long the receiver may take', seconds, 10)
    .option('--ca <file>', 'certificate (PEM) to trust, for https on your machine')
    .option('--json', 'print one JSON object')
    .addHelpText('after', examples)

  return {
    command,
    async run(io, [event = '']) {
      const options = command.opts<Options>()
      const compiled = dialectNamed(options.dialect)
      checkUrl(options.to)
      const presets = presetsFor(options.dialect)
      const sample = await samplePayload(event, presets, options, io)
      const params = { ...sample.appParams, ...sample.messageParams, ...pairs('--param', options.param) }
      const message = newMessage(compiled, event, { payload: sample.payload, params }, io.now())
      const secret = options.unsigned ? null : (options.secret ?? devSecret(compiled))
      const ca = options.ca === undefined ? undefined : readCa(options.ca)
      const request = await sign(message, { dialect: compiled, secret, url: options.to, now: io.now() })
      if (!options.json) io.out(`${showRequest(request, io)}\n`)
      const answer = await httpSend(request, { timeoutMs: options.timeout * 1000, ca })
      if (options.json) {
        io.out(
          `${JSON.stringify({ request: { ...request, body: text(request.body) }, answer: plain(answer), secret }, null, 2)}\n`,
        )
      } else {
        io.out(showAnswer(answer, io))
        if (options.secret === undefined && secret !== null)
          io.out(`\n${io.style('dim', `signed with ${secret} (the default; --secret takes yours)`)}\n`)
      }
      return isSuccess(answer) ? exitCodes.ok : exitCodes.no
    },
  }
}

/** Those of the dialect; where there are none, the general ones of the Standard Webhooks preset. */
function presetsFor(dialect: string): Preset[] {
  const all = builtInPresets()
  const own = all.filter((preset) => preset.dialect === dialect)
  return own.length > 0 ? own : all.filter(({ name }) => name === 'standard')
}

function checkUrl(url: string): void {
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) {
    throw new CliError(
      `--to ${url}: this is not an http or https address.`,
      'Write it whole: --to http://localhost:3000/hooks',
    )
  }
}

function readCa(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    throw new CliError(
      `--ca ${file} cannot be read: ${errorText(error)}`,
      'Name a file with a certificate in PEM.',
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
