import { isGroup, type CliCommand } from '../../packages/cli/src/command/command.ts'
import { commands } from '../../packages/cli/src/commands/index.ts'
import { variables } from '../../packages/cli/src/process/environment.ts'
import { exitCodeMeanings, exitCodes } from '../../packages/cli/src/process/exit-codes.ts'
import { code, table } from './markdown.ts'

/** packages/cli/README.md: every command. */
export function commandTable(): string {
  const rows = commands.flatMap((entry) =>
    isGroup(entry) ? entry.commands.map((inside) => row(inside, `${entry.name} `)) : [row(entry)],
  )
  return table(['command', 'what it does'], rows)
}

function row({ name, arguments: names = [], description }: CliCommand, group = ''): [string, string] {
  const terms = names.map((one) => ` ${one.required ? `<${one.name()}>` : `[${one.name()}]`}`)
  return [code(group + name + terms.join('')), description]
}

/** packages/cli/README.md: every exit code. */
export function exitCodeTable(): string {
  const rows = Object.entries(exitCodes).map(([name, number]) => [
    String(number),
    exitCodeMeanings[name as keyof typeof exitCodes],
  ])
  return table(['exit code', 'meaning'], rows)
}

/** packages/cli/README.md: the variables that commands read. */
export function variableTable(): string {
  return table(
    ['variable', 'meaning'],
    Object.entries(variables).map(([name, meaning]) => [code(name), meaning]),
  )
}
