import { Command } from 'commander'
import { accessHelp, addAccess, apiAccess, type AccessOptions } from '../../api/access.ts'
import type { CliCommand } from '../../command/command.ts'
import { exitCodes } from '../../process/errors.ts'
import { cellText } from '../../show/printable.ts'
import { awayText } from '../../show/time-text.ts'

interface Options extends AccessOptions {
  readonly json?: true
}

const examples = `
Examples:
  posthorn key show acme
  posthorn key show acme --json | jq -r .key

Who looks is kept in the audit log: posthorn audit acme. The token needs the scope secrets:read.

${accessHelp}`

/** Shows the signing key of an application. */
export function keyShowCommand(): CliCommand {
  const command = new Command('show')
    .summary('show it')
    .description('Shows the signing key of an application, and the one that takes over from it.')
    .argument('<app>', 'application: its id or uid')
  addAccess(command).option('--json', 'print one JSON object').addHelpText('after', examples)
  return {
    command,
    async run(io, [app = '']) {
      const options = command.opts<Options>()
      const { client } = await apiAccess(options, io)
      const shown = await client.signingKey.get({ params: { app_id: app } })
      if (options.json) {
        io.out(`${JSON.stringify(shown)}\n`)
        return exitCodes.ok
      }
      const { key, publicKey, next, previousUntil } = shown
      const lines = [
        ['key', key],
        ...(publicKey === null ? [] : [['public key', publicKey]]),
        ...(previousUntil === null
          ? []
          : [['before it', `the old key signs too, until ${awayText(previousUntil, io.now())}`]]),
        ...(next === null
          ? []
          : [
              ['next key', next.key],
              ...(next.publicKey === null ? [] : [['public key', next.publicKey]]),
              ['takes over', awayText(next.from, io.now())],
            ]),
      ]
      for (const [name = '', value = ''] of lines) io.out(`${io.style('dim', name.padEnd(10))}  ${cellText(value)}\n`)
      return exitCodes.ok
    },
  }
}
