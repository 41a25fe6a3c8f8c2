import { apiAccess, type ApiAccess } from '../api/access.ts'
import { exitCodes } from '../process/exit-codes.ts'
import { apiWords, type ApiOptions } from './api-words.ts'
import { command, type CliCommand, type Given } from './command.ts'
import type { Words } from './words.ts'
import { jsonText } from '../show/json-text.ts'

/** What a show command says of its own. */
export interface ShowDefinition<Options, Answer, Input> extends Words {
  /** What the help says of `--json`, when it prints something else than the answer. */
  readonly jsonHelp?: string
  /** Reads files and standard input. It runs before the server is asked, so that wrong input is an error without one. */
  readonly read?: (given: Given<ApiOptions & Options>) => Promise<Input>
  readonly ask: (access: ApiAccess, given: Given<ApiOptions & Options>, input: Input) => Promise<Answer>
  /** The answer for a person. */
  readonly show: (answer: Answer, given: Given<ApiOptions & Options>) => string
  /** 0 when absent. */
  readonly exitCode?: (answer: Answer) => number
}

/** A command that asks the API for one thing and shows it: text for people, one JSON object with `--json`. */
export function showCommand<Answer, Options = object, Input = undefined>(
  definition: ShowDefinition<Options, Answer, Input>,
): CliCommand {
  const { jsonHelp = 'print one JSON object', read, ask, show, exitCode } = definition
  return command<ApiOptions & Options>({
    ...apiWords(definition, jsonHelp),
    async run(given) {
      const input = (await read?.(given)) as Input
      const answer = await ask(await apiAccess(given.options, given.io), given, input)
      given.io.out(given.options.json ? `${jsonText(answer)}\n` : show(answer, given))
      return exitCode?.(answer) ?? exitCodes.ok
    },
  })
}
