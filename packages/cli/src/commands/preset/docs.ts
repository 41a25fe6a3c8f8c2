import { languages, type Language } from '@posthorn/preset'
import { showCommand } from '../../command/show-command.ts'
import { option, presetArgument } from '../../command/words.ts'
import { showPage } from '../../show/page.ts'

interface Page {
  readonly name: string
  readonly markdown: string
}

interface Options {
  readonly language?: Language
}

/** Prints a page for a vendor's customers. */
export const presetDocs = showCommand<Page, Options>({
  name: 'docs',
  summary: "print a page for the vendor's customers, as Markdown",
  description: "Prints a page for the vendor's customers: set-up, events, delivery, wire format, code that verifies.",
  arguments: [presetArgument],
  options: [
    option(
      '--language <language>',
      "language of the vendor's screens: its words stand beside the English ones",
    ).choices(languages),
  ],
  examples: ['posthorn preset docs scalefusion > scalefusion.md', 'posthorn preset docs signinapp --language de'],
  notes: ["Headings are in the vendor's words; sentences are in English."],
  jsonHelp: 'print name and page as JSON',
  async ask({ client }, { args: [name = ''], options: { language } }) {
    const markdown = await client.preset.document({ params: { preset_name: name }, query: { language } })
    return { name, markdown }
  },
  show: ({ markdown }, { io }) => showPage(markdown, io),
})
