import { Command, InvalidArgumentError } from 'commander'
import { accessHelp, addAccess, apiAccess, type AccessOptions } from '../../api/access.ts'
import { readInput, seconds } from '../../command/arguments.ts'
import type { CliCommand } from '../../command/command.ts'
import { CliError, exitCodes } from '../../process/errors.ts'
import type { Io } from '../../process/io.ts'
import { cellText } from '../../show/printable.ts'
import { awayText } from '../../show/time-text.ts'

interface Options extends AccessOptions {
  readonly overlap?: number
  readonly key?: string
  readonly json?: true
}

const LONGEST_SECONDS = 7 * 86_400

const examples = `
Examples:
  posthorn key reset acme
  posthorn key reset acme --overlap 7d
  posthorn key reset acme --overlap 0 --key @new-key.txt       at once: the old one is known to somebody else

Where a request can carry several signatures, both keys sign for the time of --overlap. Where it carries one, the old key
signs until then and the new one after it. The new key is shown by: posthorn key show APP

${accessHelp}`

/** Replaces the signing key of an application. */
export function keyResetCommand(): CliCommand {
  const command = new Command('reset')
    .summary('replace it, with an overlap')
    .description('Replaces the signing key of an application, and says from when on which key signs.')
    .argument('<app>', 'application: its id or uid')
    .option(
      '--overlap <time>',
      'how long receivers have to change: 0, 90s, 30m, 24h, up to 7d; 24h when absent',
      overlap,
    )
    .option('--key <key>', 'the new key: text, @file, or - for standard input; made by the server when absent')
  addAccess(command).option('--json', 'print one JSON object').addHelpText('after', examples)
  return {
    command,
    async run(io, [app = '']) {
      const options = command.opts<Options>()
      const key = options.key === undefined ? undefined : await readKey(options.key, io)
      const { client } = await apiAccess(options, io)
      const body = {
        ...(key === undefined ? {} : { key }),
        ...(options.overlap === undefined ? {} : { overlapSeconds: options.overlap }),
      }
      const reset = await client.signingKey.reset({ params: { app_id: app }, body })
      io.out(options.json ? `${JSON.stringify(reset)}\n` : said(app, reset, io))
      return exitCodes.ok
    },
  }
}

function said(app: string, { signsFrom, previousUntil }: { signsFrom: string; previousUntil: string | null }, io: Io) {
  const now = io.now()
  const signsNow = Date.parse(signsFrom) <= now
  const lines = [
    signsNow ? 'The new key signs from now on.' : `The new key signs from ${awayText(signsFrom, now)}.`,
    previousUntil === null
      ? 'The old key signs no more.'
      : `The old key signs${signsNow ? ' too,' : ''} until ${awayText(previousUntil, now)}.`,
    `posthorn key show ${app} shows the new one, for those who verify.`,
  ]
  return lines.map((text) => `${cellText(text)}\n`).join('')
}

function overlap(text: string): number {
  const value = text === '0' ? 0 : seconds(text)
  if (value > LONGEST_SECONDS) throw new InvalidArgumentError('At most 7d: an old key must not sign for ever.')
  return value
}

/** A file's last line end is the editor's. */
async function readKey(text: string, io: Io): Promise<string> {
  if (text !== '-' && !text.startsWith('@')) return text
  const bytes = await readInput(text === '-' ? text : text.slice(1), io)
  const key = new TextDecoder().decode(bytes).replace(/\r?\n$/, '')
  if (key === '') throw new CliError('--key: there is no key in it.', 'Leave --key out to have one made.')
  return key
}
