import type { DialectOut } from '@posthorn/api'
import { showCommand } from '../../command/show-command.ts'
import { dialectArgument } from '../../command/words.ts'
import { versionOption, type VersionOptions } from '../../dialect/version-option.ts'
import type { Io } from '../../process/io.ts'
import { cellText, printable } from '../../show/printable.ts'

/** Shows a dialect. */
export const dialectShow = showCommand<DialectOut, VersionOptions>({
  name: 'show',
  summary: 'show a dialect: parameters, versions, definition',
  description: 'Shows a wire format: its parameters, its versions, and its definition.',
  arguments: [dialectArgument],
  options: [versionOption],
  examples: [
    'posthorn dialect show scalefusion',
    'posthorn dialect show acme --version 2',
    "posthorn dialect show standard --json | jq '.definition | del(.name, .version)' > acme.json      to begin with",
  ],
  ask: ({ client }, { args: [name = ''], options: { version } }) =>
    client.dialect.get({ params: { dialect_name: name }, query: { version } }),
  show: (dialect, { io }) => shown(dialect, io),
})

function shown({ name, title, version, versions, builtIn, params, definition }: DialectOut, io: Io): string {
  const others = versions.filter((one) => one !== version)
  const about = builtIn
    ? 'built in'
    : `your own, version ${version}${others.length === 0 ? '' : ` (there are also ${others.join(', ')})`}`
  const values = Object.entries(params).map(
    ([param, { required, description }]) =>
      `  ${cellText(param)}${required ? ', required' : ''}: ${cellText(description)}\n`,
  )
  return [
    `${io.style('bold', cellText(title))} (${cellText(name)})\n${about}\n`,
    ...(values.length === 0 ? [] : [`${io.style('bold', 'Parameters')}\n${values.join('')}`]),
    `${io.style('bold', 'Definition')}\n${printable(JSON.stringify(definition, null, 2))}\n`,
  ].join('\n')
}
