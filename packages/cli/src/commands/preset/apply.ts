import { apiAccess } from '../../api/access.ts'
import { apiCode } from '../../api/refusal.ts'
import { apiWords, type ApiOptions } from '../../command/api-words.ts'
import { command } from '../../command/command.ts'
import { appArgument, option, presetArgument } from '../../command/words.ts'
import { CliError } from '../../process/cli-error.ts'
import { exitCodes } from '../../process/exit-codes.ts'
import { errorText } from '../../process/system-error.ts'
import { printable } from '../../show/printable.ts'
import { jsonText } from '../../show/json-text.ts'

interface Options extends ApiOptions {
  readonly overwrite?: true
}

const words = {
  name: 'apply',
  summary: 'apply a preset to an application',
  description: 'Applies a preset to an application: its event types, dialect, policy and rules.',
  arguments: [appArgument, presetArgument],
  options: [
    option(
      '--overwrite',
      'replace event types that differ, and remove the dialect that the application has of its own',
    ),
  ],
  examples: ['posthorn preset apply acme scalefusion', 'posthorn preset apply acme scalefusion --overwrite'],
  notes: [
    'Event types that the organisation does not have are created. If an event type exists and differs, this is a conflict and nothing is changed, unless --overwrite is given.',
  ],
}

/** Applies a preset to an application. */
export const presetApply = command<Options>({
  ...apiWords(words, 'print the application as JSON'),
  async run({ io, args: [app = '', name = ''], options }) {
    const { client } = await apiAccess(options, io)
    const body = { name, ...(options.overwrite ? { overwrite: true } : {}) }
    const applied = await client.preset.apply({ params: { app_id: app }, body }).catch((error: unknown) => {
      throw apiCode(error) === 'conflict' ? withOverwrite(error) : error
    })
    if (options.json) {
      io.out(`${jsonText(applied)}\n`)
      return exitCodes.ok
    }
    const { title, dialect, eventTypes } = await client.preset.get({ params: { preset_name: name } })
    io.out(
      printable(
        `${app} now uses the preset of ${title}: dialect ${dialect}, ${eventTypes.length} event types.\n` +
          `posthorn preset show ${name} shows its rules.\n`,
      ),
    )
    return exitCodes.ok
  },
})

function withOverwrite(error: unknown): CliError {
  return new CliError(`the server refused: ${errorText(error)}`, 'To replace what exists, add --overwrite')
}
