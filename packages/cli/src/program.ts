import { readFileSync } from 'node:fs'
import { nearestWord } from '@posthorn/wire'
import { Command, CommanderError } from 'commander'
import { isGroup, type CliCommand, type CliGroup } from './command/command.ts'
import { commands } from './commands/index.ts'
import { explainFailure, jsonError, type Failure } from './command/explain-failure.ts'
import { explainMissing } from './command/explain-missing.ts'
import { exitCodeMeanings, exitCodes } from './process/exit-codes.ts'
import type { Io } from './process/io.ts'
import { definitionList } from './show/definition-list.ts'
import { printable } from './show/printable.ts'
import { wrap } from './show/wrap.ts'

const about = `Webhooks, both ends, every dialect: sends them in a vendor's own format, and verifies the ones that come in.

First time here? Run:  posthorn dev`

/** Runs one command line and returns the exit code. Never rejects. */
export async function run(args: readonly string[], io: Io): Promise<number> {
  let code: number = exitCodes.ok
  // A program that reads JSON reads errors as JSON too, also those about the arguments.
  const json = args.includes('--json')
  const program = withOutput(new Command('posthorn'), io, json)
    .description(about)
    .version(
      `posthorn ${version()}, Node ${process.version}`,
      '-V, --version',
      'print the versions of posthorn and Node',
    )
    .helpOption('-h, --help', 'print this help')
    .helpCommand('help [command]', 'print the help of a command')
    .showHelpAfterError(json ? false : '(posthorn --help lists the commands)')
    .addHelpText('after', exitCodeHelp(io.columns))
    // So that an option of a command may have the name of an option of the program: dialect show NAME --version 2.
    .enablePositionalOptions()
  for (const entry of commands) program.addCommand(isGroup(entry) ? group(entry) : single(entry, entry.name))
  try {
    await program.parseAsync(args, { from: 'user' })
    return code
  } catch (error) {
    // Help and version arrive as errors with the code 0. Commander has already printed what is wrong with the arguments.
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage
    return explainFailure(error, io, json)
  }

  function group({ name, summary, description, commands: inside }: CliGroup): Command {
    const parent = withOutput(new Command(name), io, json)
      .summary(`${summary}: ${inside.map((entry) => entry.name).join(', ')}`)
      .description(description)
      .helpOption('-h, --help', 'print this help')
      .helpCommand(false)
      .showHelpAfterError(json ? false : `(posthorn ${name} --help lists the commands)`)
    for (const entry of inside) parent.addCommand(single(entry, `${name} ${entry.name}`))
    return parent
  }

  function single(entry: CliCommand, path: string): Command {
    const command = withOutput(new Command(entry.name), io, json)
      .summary(entry.summary)
      .description(entry.description)
      .helpOption('-h, --help', 'print this help')
      .addHelpText('after', helpBelow(entry, io.columns))
      .showHelpAfterError(json ? false : `(posthorn ${path} --help shows examples)`)
    for (const argument of entry.arguments ?? []) command.addArgument(argument)
    for (const option of entry.options ?? []) command.addOption(option)
    return command.action(async () => {
      const { args } = command
      const options = command.opts()
      code = await entry.run({ io, args, options, parsed: command }).catch(async (error: unknown) => {
        throw await explainMissing(error, entry.arguments ?? [], args, options, io)
      })
    })
  }
}

function withOutput(command: Command, io: Io, json: boolean): Command {
  return (
    command
      .exitOverride()
      // Commander suggests words that have little in common with the one that was typed.
      .showSuggestionAfterError(false)
      .configureHelp({ subcommandTerm })
      .configureOutput({
        writeOut: io.out,
        writeErr: io.err,
        outputError: (text, write) => {
          const told = withSuggestion(text, command)
          write(json ? jsonError(ofArguments(told)) : printable(told))
        },
        getOutHasColors: () => false,
        getOutHelpWidth: () => io.columns,
        getErrHelpWidth: () => io.columns,
      })
  )
}

/** An error about the arguments, as Commander prints it: what is wrong, and in brackets what was probably meant. */
function ofArguments(text: string): Failure {
  const [first = '', ...rest] = text.trim().split('\n')
  return {
    what: first.replace(/^error: /, ''),
    next: rest.join('\n').replace(/^\((.*)\)$/s, '$1'),
    exitCode: exitCodes.usage,
  }
}

/** Adds the command or option that was probably meant to the error about an unknown one. */
function withSuggestion(text: string, command: Command): string {
  const [, kind, word = ''] = /^error: unknown (command|option) '(.+)'$/m.exec(text) ?? []
  if (kind === undefined) return text
  const { options, commands: inside } = command
  const known =
    kind === 'command' ? inside.map((entry) => entry.name()) : options.flatMap(({ long }) => (long ? [long] : []))
  const meant = nearestWord(word, known)
  return meant === null ? text : `${text}(Did you mean ${meant}?)\n`
}

/** `send <app> <event>`, `preset <command>`: a list of commands does not mention that they have options. */
function subcommandTerm(command: Command): string {
  const names = command.registeredArguments.map((argument) =>
    argument.required ? `<${argument.name()}>` : `[${argument.name()}]`,
  )
  return [command.name(), ...names, ...(command.commands.length > 0 ? ['<command>'] : [])].join(' ')
}

/** The examples and notes of a command. */
function helpBelow({ examples, notes = [] }: CliCommand, columns: number): string {
  const lines = [examples.length === 1 ? 'Example:' : 'Examples:', ...examples.map((line) => `  ${line}`)]
  const paragraphs = notes.map((note) => {
    if (typeof note === 'function') return note(columns)
    return note.includes('\n') ? note : wrap(note, columns).join('\n')
  })
  return `\n${[lines.join('\n'), ...paragraphs].join('\n\n')}`
}

function exitCodeHelp(columns: number): string {
  const entries = Object.entries(exitCodeMeanings).map(
    ([name, meaning]) => [String(exitCodes[name as keyof typeof exitCodes]), meaning] as const,
  )
  return `\nExit codes:\n${definitionList(entries, columns)}`
}

function version(): string {
  const file = new URL('../package.json', import.meta.url)
  const manifest: { version: string } = JSON.parse(readFileSync(file, 'utf8'))
  return manifest.version
}
