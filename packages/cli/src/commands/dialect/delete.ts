import { showCommand } from '../../command/show-command.ts'
import { dialectArgument } from '../../command/words.ts'
import { cellText } from '../../show/printable.ts'

/** Deletes a dialect of the organisation. */
export const dialectDelete = showCommand({
  name: 'delete',
  summary: 'delete your own dialect',
  description: 'Deletes your own wire format, with all of its versions.',
  arguments: [dialectArgument],
  examples: ['posthorn dialect delete acme'],
  notes: ['A dialect that an endpoint or an application uses is not deleted; the error names who uses it.'],
  async ask({ client }, { args: [name = ''] }) {
    await client.dialect.delete({ params: { dialect_name: name } })
    return { name, deleted: true }
  },
  show: ({ name }) => `${cellText(name)} is deleted\n`,
})
