import type { DialectOut } from '@posthorn/api'
import { showCommand } from '../../command/show-command.ts'
import { argument, dialectArgument } from '../../command/words.ts'
import { readDefinition, type Definition } from '../../dialect/definition.ts'
import { cellText } from '../../show/printable.ts'

/** Defines a dialect of the organisation. */
export const dialectPut = showCommand<DialectOut, object, Definition>({
  name: 'put',
  summary: 'define your own dialect, or its next version',
  description: 'Defines your own wire format, or its next version.',
  arguments: [dialectArgument, argument('<file>', 'its definition as JSON, or - for standard input')],
  examples: ['posthorn dialect put acme acme.json', `jq '.title = "Acme"' acme.json | posthorn dialect put acme -`],
  notes: [
    'The definition may leave out name and version: the server counts versions. A changed definition is a new version; endpoints keep the version that they have until they are given the dialect again. posthorn dialect check FILE finds problems without a server, each with its line.',
  ],
  jsonHelp: 'print the dialect as JSON',
  read: ({ args: [, file = ''], io }) => readDefinition(file, io),
  ask: ({ client }, { args: [name = ''] }, { value }) =>
    client.dialect.put({ params: { dialect_name: name }, body: value }),
  show: ({ name, version }) => `${cellText(name)} is defined, version ${version}\n`,
})
