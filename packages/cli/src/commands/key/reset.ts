import type { ResponseOf, RouteOf } from '@posthorn/api'
import { InvalidArgumentError } from 'commander'
import { readInput } from '../../command/input.ts'
import { seconds } from '../../command/option-values.ts'
import { showCommand } from '../../command/show-command.ts'
import { appArgument, option } from '../../command/words.ts'
import { CliError } from '../../process/cli-error.ts'
import type { Io } from '../../process/io.ts'
import { cellText } from '../../show/printable.ts'
import { awayText } from '../../show/time-text.ts'

interface Options {
  readonly overlap?: number
  readonly key?: string
}

type Reset = ResponseOf<RouteOf<'signingKey.reset'>>

const LONGEST_SECONDS = 7 * 86_400

/** Replaces the signing key of an application. */
export const keyReset = showCommand<Reset, Options, string | undefined>({
  name: 'reset',
  summary: 'replace the signing key, with an overlap',
  description: 'Replaces the signing key of an application, and prints from when on each key signs.',
  arguments: [appArgument],
  options: [
    option('--overlap <time>', 'time for receivers to change: 0, 90s, 30m, 24h, up to 7d; 24h when absent', overlap),
    option('--key <key>', 'the new key: text, @file, or - for standard input; the server makes one when absent'),
  ],
  examples: [
    'posthorn key reset acme',
    'posthorn key reset acme --overlap 7d',
    'posthorn key reset acme --overlap 0 --key @new-key.txt       at once, because the old key is compromised',
  ],
  notes: [
    'If a request can carry several signatures, both keys sign until the overlap ends. If it can carry only one, the old key signs until the overlap ends, and the new key after it. To see the new key: posthorn key show APP',
  ],
  read: ({ io, options: { key } }) => readKey(key, io),
  ask: ({ client }, { args: [app = ''], options: { overlap: overlapSeconds } }, key) =>
    client.signingKey.reset({
      params: { app_id: app },
      body: { ...(key === undefined ? {} : { key }), ...(overlapSeconds === undefined ? {} : { overlapSeconds }) },
    }),
  show: (reset, { args: [app = ''], io }) => shown(app, reset, io),
})

function shown(app: string, { signsFrom, previousUntil }: Reset, io: Io): string {
  const now = io.now()
  const signsNow = Date.parse(signsFrom) <= now
  const lines = [
    signsNow ? 'The new key signs from now on.' : `The new key signs from ${awayText(signsFrom, now)}.`,
    previousUntil === null
      ? 'The old key no longer signs.'
      : `The old key signs${signsNow ? ' too,' : ''} until ${awayText(previousUntil, now)}.`,
    `posthorn key show ${app} shows the new key, for those who verify.`,
  ]
  return lines.map((text) => `${cellText(text)}\n`).join('')
}

function overlap(text: string): number {
  const value = text === '0' ? 0 : seconds(text)
  if (value > LONGEST_SECONDS) throw new InvalidArgumentError('At most 7d, so that an old key does not sign for ever.')
  return value
}

/** The key that is given; `undefined`: none. The last line break of a file is the editor's, and no part of the key. */
async function readKey(text: string | undefined, io: Io): Promise<string | undefined> {
  if (text === undefined || (text !== '-' && !text.startsWith('@'))) return text
  const bytes = await readInput(text === '-' ? text : text.slice(1), io)
  const key = new TextDecoder().decode(bytes).replace(/\r?\n$/, '')
  if (key === '') throw new CliError('--key: the input is empty.', 'Leave out --key, and the server makes a key.')
  return key
}
