import { Command, Option } from 'commander'
import { type Language, languages } from '@posthorn/preset'
import { accessHelp, addAccess, apiAccess, type AccessOptions } from '../../api/access.ts'
import type { CliCommand } from '../../command/command.ts'
import { exitCodes } from '../../process/errors.ts'
import { showPage } from '../../show/page.ts'

interface Options extends AccessOptions {
  readonly language?: Language
  readonly json?: true
}

const examples = `
Examples:
  posthorn preset docs scalefusion > scalefusion.md
  posthorn preset docs signinapp --language de

Headings are in the vendor's words, sentences are English.

${accessHelp}`

/** Prints a page for a vendor's customers. */
export function presetDocsCommand(): CliCommand {
  const command = new Command('docs')
    .summary("print a page for the vendor's customers, as Markdown")
    .description("Prints a page for the vendor's customers: set-up, events, delivery, wire format, code that verifies.")
    .argument('<name>', 'preset')
    .addOption(new Option('--language <language>', "of the vendor's words").choices(languages))
  addAccess(command).option('--json', 'print name and page as JSON').addHelpText('after', examples)
  return {
    command,
    async run(io, [name = '']) {
      const options = command.opts<Options>()
      const { client } = await apiAccess(options, io)
      const { language } = options
      const page = await client.preset.document({ params: { preset_name: name }, query: { language } })
      showPage(name, page, options, io)
      return exitCodes.ok
    },
  }
}
