import { showCommand } from '../../command/show-command.ts'
import { dialectArgument } from '../../command/words.ts'
import { versionOption, type VersionOptions } from '../../dialect/version-option.ts'
import { showPage } from '../../show/page.ts'

interface Page {
  readonly name: string
  readonly markdown: string
}

/** Prints a page for those who receive a dialect. */
export const dialectDocs = showCommand<Page, VersionOptions>({
  name: 'docs',
  summary: 'print a page for those who receive it, as Markdown',
  description:
    'Prints a page for those who receive a wire format: fields, signature, a worked example, code that verifies.',
  arguments: [dialectArgument],
  options: [versionOption],
  examples: ['posthorn dialect docs scalefusion > receiving.md', 'posthorn dialect docs acme --version 2'],
  jsonHelp: 'print name and page as JSON',
  async ask({ client }, { args: [name = ''], options: { version } }) {
    const markdown = await client.dialect.document({ params: { dialect_name: name }, query: { version } })
    return { name, markdown }
  },
  show: ({ markdown }, { io }) => showPage(markdown, io),
})
