import { Command } from 'commander'
import { accessHelp, addAccess, apiAccess, type AccessOptions } from '../../api/access.ts'
import type { CliCommand } from '../../command/command.ts'
import { exitCodes } from '../../process/errors.ts'
import { showPage } from '../../show/page.ts'

interface Options extends AccessOptions {
  readonly version?: string
  readonly json?: true
}

const examples = `
Examples:
  posthorn dialect docs scalefusion > receiving.md
  posthorn dialect docs acme --version 2

${accessHelp}`

/** Prints a page for those who receive a dialect. */
export function dialectDocsCommand(): CliCommand {
  const command = new Command('docs')
    .summary('print a page for those who receive it, as Markdown')
    .description('Prints a page for those who receive it: fields, signature, a worked example, code to verify.')
    .argument('<name>', 'dialect')
    .option('--version <number>', 'of a dialect of your own; the newest when absent')
  addAccess(command).option('--json', 'print name and page as JSON').addHelpText('after', examples)
  return {
    command,
    async run(io, [name = '']) {
      const options = command.opts<Options>()
      const { client } = await apiAccess(options, io)
      const { version } = options
      const page = await client.dialect.document({ params: { dialect_name: name }, query: { version } })
      showPage(name, page, options, io)
      return exitCodes.ok
    },
  }
}
