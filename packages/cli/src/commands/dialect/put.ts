import { Command } from 'commander'
import { accessHelp, addAccess, apiAccess, type AccessOptions } from '../../api/access.ts'
import type { CliCommand } from '../../command/command.ts'
import { readDefinition } from '../../dialect/definition.ts'
import { exitCodes } from '../../process/errors.ts'
import { cellText } from '../../show/printable.ts'

interface Options extends AccessOptions {
  readonly json?: true
}

const examples = `
Examples:
  posthorn dialect put acme acme.json
  jq '.title = "Acme"' acme.json | posthorn dialect put acme -

Name and version may be left out of it: versions are counted. A change makes a new one; endpoints keep to the one that
they have until they are given the dialect again. posthorn dialect check FILE tells problems without a server, each with its
line.

${accessHelp}`

/** Defines a dialect of the organisation's own. */
export function dialectPutCommand(): CliCommand {
  const command = new Command('put')
    .summary('define one of your own, or its next version')
    .description('Defines a wire format of your own, or its next version.')
    .argument('<name>', 'dialect')
    .argument('<file>', 'its definition as JSON, or - for standard input')
  addAccess(command).option('--json', 'print the dialect as JSON').addHelpText('after', examples)
  return {
    command,
    async run(io, [name = '', file = '']) {
      const options = command.opts<Options>()
      const { value } = await readDefinition(file, io)
      const { client } = await apiAccess(options, io)
      const dialect = await client.dialect.put({ params: { dialect_name: name }, body: value })
      io.out(
        options.json
          ? `${JSON.stringify(dialect)}\n`
          : `${cellText(dialect.name)} is defined, version ${dialect.version}\n`,
      )
      return exitCodes.ok
    },
  }
}
